"""A store's zone and cutoff changed from a date on, also for days that were counted."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from daybook.ledger.calendar import Calendar
from daybook.schemas.stores import DayRule
from tests.operate.running import command, publishing, start, stop, until_equal
from tests.streams.plant import CALENDAR, Plant

pytestmark = pytest.mark.timeout(240)  # many processes, one after the other


def test_a_store_moves_to_another_zone_from_a_date_on(plant: Plant) -> None:
    """After a recount all totals are those of an independent computation, and what comes later goes on so."""
    events = list(plant.trade.events(3000))
    with publishing(plant.bootstrap, [events[:2000]], stale=False):
        pass
    plant.wait(lambda: plant.received() >= 2000, "the first sales")
    until_equal(plant, events[:2000], CALENDAR)
    day = plant.trade._noon.date() - timedelta(days=2)
    moved = Calendar(
        [
            store.model_copy(
                update={
                    "days": [*store.days, DayRule(valid_from=day, zone="Pacific/Auckland", cutoff="04:00")]
                }
            )
            if store.store_id == "leeds"
            else store
            for store in CALENDAR.stores
        ]
    )
    stop(plant)
    stores = [entry.model_dump(mode="json") for entry in moved.stores]
    (plant.folder / "stores.json").write_bytes(orjson.dumps({"stores": stores}))
    batches = [events[begin : begin + 100] for begin in range(2000, 3000, 100)]
    with publishing(plant.bootstrap, batches, stale=False):
        told = command(plant, "recount")
    assert "counted anew" in told
    start(plant)
    until_equal(plant, events, moved)
