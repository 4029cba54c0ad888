"""Worker and sink as processes on a real Kafka: every event counts once, whatever is done to them."""

from __future__ import annotations

from tests.streams.plant import Plant


def test_every_event_counts_once(plant: Plant) -> None:
    """ClickHouse's totals equal the ledger's, the lines' and the shops' sums; a clean end loses nothing."""
    plant.publish(20_000)
    plant.settle()
    plant.check()
    plant.publish(50)
    plant.settle()
    assert plant.worker.stop() == 0
    assert plant.sink.stop() == 0
    plant.check()
