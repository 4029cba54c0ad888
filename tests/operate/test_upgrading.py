"""An upgrade while sales go on: workers of two state versions in one group, one after the other."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path

import orjson
import pytest

from daybook.backup.reading import reading
from daybook.ledger.messages import TotalsBucket, decode_totals
from daybook.settings import Settings
from tests.operate.older_worker import decode_entries
from tests.operate.running import publishing, until_equal
from tests.streams.plant import CALENDAR, PARTITIONS, Plant

pytestmark = pytest.mark.timeout(240)  # many processes, one after the other

CHANGELOG = "daybook-totals-changelog"


async def forms(bootstrap: str) -> set[str]:
    """In which forms buckets stand in the changelog: entries, rows."""
    found = set()
    for partition in range(PARTITIONS):
        async with reading(Settings(kafka_bootstrap=bootstrap), CHANGELOG, partition) as (consumer, place):
            end = (await consumer.end_offsets([place]))[place]
            while await consumer.position(place) < end:
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    buckets = [record.value for record in records if record.key.startswith(b"total|")]
                    found |= {"rows" if b'"rows":' in value else "entries" for value in buckets}
    return found


def test_an_older_worker_hands_over_to_a_newer_one_under_load(plant: Plant) -> None:
    """The older counts alone, then beside the newer, then the newer alone: every total is right."""
    plant.limit = 150.0
    plant.worker.kill()
    older = plant.program("worker", module="tests.operate.older_worker")
    older.start()
    events = list(plant.trade.events(2400))
    batches = [events[begin : begin + 80] for begin in range(0, len(events), 80)]
    with publishing(plant.bootstrap, batches, stale=False, kept=10):
        plant.wait(lambda: plant.received() > 400, "a beginning by the older version")
        assert asyncio.run(forms(plant.bootstrap)) == {"entries"}
        plant.worker.start()
        plant.wait(lambda: plant.worker.restored() > 0, "partitions taken over by the newer version")
        beside = plant.received()
        plant.wait(lambda: plant.received() > beside, "progress of both")
        assert older.running()
        assert older.stop() == 0
    until_equal(plant, events, CALENDAR)
    assert asyncio.run(forms(plant.bootstrap)) == {"entries", "rows"}


def test_the_older_form_is_the_one_that_the_golden_record_has() -> None:
    """What stands in for the older worker reads what it wrote as today's does, and nothing of today's."""
    golden = json.loads(Path(__file__).with_name("state-1.json").read_text("utf-8"))
    values = [
        base64.b64decode(v) for k, v in golden["changelog"] if base64.b64decode(k).startswith(b"total|")
    ]
    assert values
    for value in values:
        bucket = decode_entries(value)
        assert isinstance(bucket, TotalsBucket)
        assert decode_totals(value) == bucket
        assert orjson.dumps(bucket._asdict()) == value
    with pytest.raises(TypeError):
        decode_entries(b'{"book":"sales","measures":[],"keys":[],"rows":[]}')
