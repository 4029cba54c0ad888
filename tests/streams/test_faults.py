"""Worker, sink and broker are killed, frozen and joined by others while sales come in: same totals."""

from __future__ import annotations

import signal
import time

from tests.streams.plant import SESSION_SECONDS, Plant
from tests.support.kafka import KafkaBroker


def test_worker_killed_again_and_again(plant: Plant) -> None:
    """Five SIGKILLs at random moments under load: every event still counts once."""
    plant.publish(30_000, per_second=900)
    plant.kill_at_random(plant.worker, 5, seed=1)
    plant.settle()
    plant.check()


def test_sink_killed_again_and_again(plant: Plant) -> None:
    """Three SIGKILLs of the sink under load: everything is written, and nothing shows twice."""
    plant.publish(24_000, per_second=900)
    plant.kill_at_random(plant.sink, 2, seed=2)
    plant.settle()
    plant.check()


def test_workers_come_and_go(plant: Plant) -> None:
    """A second worker takes over part of the partitions and leaves again in order, while sales come in."""
    second = plant.program("worker")
    plant.publish(12_000, per_second=1000)
    plant.wait(lambda: plant.received() > 0, "progress")
    second.start()
    plant.wait(lambda: "restored partitions [" in second.text(), "partitions for the second worker")
    assert "restored partitions [0, 1, 2, 3]" not in second.text()
    plant.progress()
    assert second.stop() == 0
    plant.settle()
    plant.check()


def test_frozen_worker_is_fenced(plant: Plant) -> None:
    """A worker frozen past its session, its partitions taken over, cannot write when it wakes."""
    second = plant.program("worker")
    plant.publish(20_000, per_second=1000)
    plant.wait(lambda: plant.received() > 1000, "progress")
    plant.worker.signal(signal.SIGSTOP)
    second.start()
    plant.wait(lambda: "restored partitions [0, 1, 2, 3]" in second.text(), "a takeover of all partitions")
    plant.progress()
    plant.worker.signal(signal.SIGCONT)
    plant.settle()
    plant.check()


def test_broker_killed_and_restarted(plant: Plant, kafka_broker: KafkaBroker) -> None:
    """The broker dies under load and comes back; a worker that ended itself is started again."""
    plant.publish(15_000, per_second=1500)
    plant.wait(lambda: plant.received() > 2000, "progress")
    kafka_broker.kill()
    time.sleep(SESSION_SECONDS / 3)
    kafka_broker.start()
    plant.settle()
    plant.check()
