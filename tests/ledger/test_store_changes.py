from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from daybook.ledger.store_changes import unsafe_change
from daybook.schemas.opening import OpeningHours
from daybook.schemas.stores import DayRule, StoreEntry

NOW = datetime(2026, 11, 25, 22, 0, tzinfo=UTC)
LEEDS = StoreEntry(store_id="leeds", region="north", days=[DayRule(zone="Europe/London")])
YORK = StoreEntry(store_id="york", region="north", days=[DayRule(zone="Europe/London", cutoff="04:00")])


def changed(**fields: object) -> StoreEntry:
    """Leeds with other fields."""
    return LEEDS.model_copy(update=fields)


SAFE = {
    "nothing": [LEEDS],
    "a new store": [LEEDS, YORK],
    "a name": [changed(name="Leeds, Briggate")],
    "opening hours": [changed(opening=[OpeningHours()])],
    "a day rule that begins tomorrow": [
        changed(days=[DayRule(zone="Europe/London"), DayRule(valid_from=date(2026, 11, 26), zone="UTC")])
    ],
    "the same rule, written twice": [
        changed(
            days=[
                DayRule(zone="Europe/London"),
                DayRule(valid_from=date(2026, 1, 1), zone="Europe/London"),
            ]
        )
    ],
}
UNSAFE = {
    "a store that is gone": ([YORK], "not in it any more"),
    "another region": ([changed(region="south")], "region"),
    "another zone": ([changed(days=[DayRule(zone="Europe/Paris")])], "days that have begun"),
    "another cutoff from today": (
        [changed(days=[*LEEDS.days, DayRule(valid_from=date(2026, 11, 25), zone="UTC", cutoff="02:00")])],
        "days that have begun",
    ),
}  # fmt: skip


@pytest.mark.parametrize("after", SAFE.values(), ids=SAFE)
def test_what_changes_no_counted_day_may_hold_at_once(after: list[StoreEntry]) -> None:
    """New stores, names, hours and days to come need no recount."""
    assert unsafe_change([LEEDS], after, NOW) is None


@pytest.mark.parametrize("after, reason", UNSAFE.values(), ids=UNSAFE)
def test_what_would_move_counted_sales_may_not(after: list[StoreEntry], reason: str) -> None:
    """Each is refused with its reason and the store's name."""
    told = unsafe_change([LEEDS], after, NOW)
    assert told is not None
    assert reason in told
    assert "leeds" in told


def test_a_day_that_begins_at_midnight_there_has_begun_there() -> None:
    """Tomorrow in London is today in Auckland: a rule from that date on is too late there."""
    there = changed(days=[DayRule(zone="Pacific/Auckland")])
    moved = changed(
        days=[
            DayRule(zone="Pacific/Auckland"),
            DayRule(valid_from=date(2026, 11, 26), zone="Pacific/Chatham"),
        ]
    )
    assert unsafe_change([there], [moved], NOW) is not None
