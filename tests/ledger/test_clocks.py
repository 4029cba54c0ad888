from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger.calendar import wall_time
from daybook.ledger.clocks import clock_changes
from daybook.schemas.stores import DayRule

ZONES = (
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "UTC",
)
FIRST, LAST = date(2024, 1, 1), date(2027, 12, 31)
RULES = st.builds(
    lambda first, later, day: [first, later.model_copy(update={"valid_from": day})],
    *[st.builds(DayRule, zone=st.sampled_from(ZONES), cutoff=st.sampled_from(["00:00", "04:00", "05:15"]))]
    * 2,
    st.dates(date(2025, 1, 1), date(2026, 12, 31)),
)
INSTANTS = st.integers(0, (LAST - FIRST).days * 96 - 1).map(lambda number: number * 900)


@given(RULES, st.lists(INSTANTS, min_size=5, max_size=30))
def test_an_instant_plus_the_offset_in_force_is_the_wall_time(
    rules: list[DayRule], instants: list[int]
) -> None:
    """Whatever zone, cutoff, change of clocks or of rules: the changes give what the calendar gives."""
    changes = clock_changes(rules, FIRST, LAST)
    begin = changes[0].starts_at
    for instant in (begin + each for each in instants):
        offset = [change.offset for change in changes if change.starts_at <= instant][-1]
        wall = datetime.fromtimestamp(instant + offset, UTC).replace(tzinfo=None)
        assert wall == wall_time(datetime.fromtimestamp(instant, UTC), rules)


def test_a_zone_with_summer_time_changes_twice_a_year() -> None:
    """London, four years: eight changes, each on a Sunday at one o'clock UTC, and the cutoff taken off."""
    changes = clock_changes([DayRule(zone="Europe/London", cutoff="04:00")], FIRST, LAST)
    assert [(change.offset, change.cutoff) for change in changes[:3]] == [
        (-4 * 3600, 4 * 3600),
        (-3 * 3600, 4 * 3600),
        (-4 * 3600, 4 * 3600),
    ]
    moments = [datetime.fromtimestamp(change.starts_at, UTC) for change in changes[1:]]
    assert len(moments) == 8
    assert {(moment.weekday(), moment.hour) for moment in moments} == {(6, 1)}


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_a_zone_without_changes_is_one_entry(zone: str) -> None:
    """Its one offset holds from the beginning."""
    [only] = clock_changes([DayRule(zone=zone)], FIRST, FIRST + timedelta(days=400))
    assert only.starts_at == int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
