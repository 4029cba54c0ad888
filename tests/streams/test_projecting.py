"""The agent that tells projections, and plans that come in by their topics."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from daybook.ledger.calendar import Calendar
from daybook.ledger.measures import GROSS, WIDTH
from daybook.ledger.merged import MergedTotals
from daybook.ledger.messages import TotalsBucket
from daybook.ledger.plans import Plans
from daybook.schemas import topics
from daybook.schemas.plans import decode_adjustment, decode_target
from daybook.schemas.projections import Projections
from daybook.schemas.stores import DayRule, StoreEntry
from daybook.streams.following_plans import PlansFollower
from daybook.streams.projecting import AT_A_TIME, ProjectionsAgent
from daybook.streams.ticks import NOTHING, Outcome

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
CALENDAR = Calendar([StoreEntry(store_id="pier-9", region="North", days=[DayRule(zone="UTC")])])
PLANS = Path(__file__).parents[2] / "schemas" / "examples" / "plans"


def bucket(day: datetime, hour: int, amount: int, version: int = 1) -> TotalsBucket:
    """What one partition tells of a store's quarter hour."""
    at = int(day.replace(hour=hour, minute=0).timestamp())
    vector = [0] * WIDTH
    vector[GROSS] = amount
    name = day.date().isoformat()
    entries = {f"pier-9|{at}": [version, *vector]}
    return TotalsBucket(0, 0, version, "sales", name, "GBP", "store_quarter", entries)


def view(weeks: int = 8) -> MergedTotals:
    """Weeks of 10.00 at ten and at two, and 6.00 today."""
    merged = MergedTotals()
    for week in range(1, weeks + 1):
        for hour in (10, 14):
            merged.take(bucket(NOON - timedelta(weeks=week), hour, 1000))
    merged.take(bucket(NOON, 10, 600))
    return merged


def told(outcome: Outcome) -> Projections:
    """What an outcome publishes."""
    (record,) = outcome.records
    assert record.topic == topics.PROJECTIONS
    assert record.value is not None
    return Projections.model_validate_json(record.value)


def test_it_tells_store_region_and_all_with_their_target() -> None:
    """At noon half of the day is to come: 6.00 close at 16.00, of a target of the week's example."""
    plans = Plans([decode_target((PLANS / "target--week-of-a-store.json").read_bytes())])
    found = told(ProjectionsAgent(CALENDAR, plans).on_tick(NOON, view(), []))
    assert [(each.scope, each.key) for each in found.snapshots] == [
        ("store", "pier-9"), ("region", "North"), ("all", ""),
    ]  # fmt: skip
    for each in found.snapshots:
        assert (each.actual, each.expected, each.close, each.second) == (600, 1000, 1600, 12 * 3600)
        assert (each.target, each.target_by_now) == (1_250_000, 625_000)


def test_it_tells_once_a_minute_and_remembers_when() -> None:
    """A tick ten seconds later tells nothing, nor does one after a restart; a minute later it tells again."""
    agent = ProjectionsAgent(CALENDAR, Plans())
    first = agent.on_tick(NOON, view(), [])
    assert agent.on_tick(NOON + timedelta(seconds=10), view(), []) is NOTHING
    again = ProjectionsAgent(CALENDAR, Plans())
    again.restore({key: value for key, value in first.entries.items() if value is not None})
    assert again.on_tick(NOON + timedelta(seconds=20), view(), []) is NOTHING
    assert told(again.on_tick(NOON + timedelta(minutes=1), view(), [])).snapshots


def test_it_sees_what_was_sold_since(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sale and a late sale change what it tells; a late one of weeks ago at the next quarter hour."""
    agent, merged = ProjectionsAgent(CALENDAR, Plans()), view()
    agent.on_tick(NOON, merged, [])
    merged.take(bucket(NOON, 11, 50))
    assert told(agent.on_tick(NOON + timedelta(minutes=1), merged, [])).snapshots[0].actual == 650
    for week in range(1, 9):
        merged.take(bucket(NOON - timedelta(weeks=week), 14, 3000, version=2))
    assert told(agent.on_tick(NOON + timedelta(minutes=16), merged, [])).snapshots[0].close == 3650
    monkeypatch.setattr("daybook.streams.projecting.AT_A_TIME", 2)
    parts = agent.on_tick(NOON + timedelta(minutes=18), merged, []).records
    assert len(parts) == 2 < AT_A_TIME


def test_plans_come_in_by_their_topics() -> None:
    """Valid ones are added, the same one twice counts once, what is not ours is refused."""
    plans = Plans()
    targets = PlansFollower("nowhere:1", topics.TARGETS, plans)
    value = (PLANS / "target--week-of-a-store.json").read_bytes()
    for each in (value, None, value):
        targets.take(SimpleNamespace(value=each))
    (holder,) = plans.targets.holders()
    assert len(plans.targets.changes(holder)) == 1
    with pytest.raises(ValueError, match="validation error"):
        targets.take(SimpleNamespace(value=b"{}"))
    made = (PLANS / "adjustment--promotion.json").read_bytes()
    PlansFollower("nowhere:1", topics.ADJUSTMENTS, plans).take(SimpleNamespace(value=made))
    assert plans.adjustments == [decode_adjustment(made)]
