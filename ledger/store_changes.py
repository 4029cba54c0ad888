"""Which changes of the stores file hold at once, and which would need what is counted to be counted anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from daybook.ledger.calendar import business_date
from daybook.schemas.stores import DayRule, StoreEntry


def unsafe_change(before: Iterable[StoreEntry], after: Iterable[StoreEntry], now: datetime) -> str | None:
    """Why a running process must not go on with other stores, as a sentence; None where it may.

    What may change: new stores, names, opening hours, closures, holidays, peer groups, and days that have not
    begun. What may not: a store that is gone, another region, another zone or cutoff of a day that has begun.
    """
    changed = {store.store_id: store for store in after}
    for old in before:
        new = changed.get(old.store_id)
        if new is None:
            return f"{old.store_id} is not in it any more; a store that has closed keeps its entry."
        if new.region != old.region:
            return f"the region of {old.store_id} changes, by which it is counted already."
        day = _begun(old, new, now)
        if _in_force(old.days, day) != _in_force(new.days, day):
            return f"the zone or cutoff of {old.store_id} changes for days that have begun."
    return None


def _begun(old: StoreEntry, new: StoreEntry, now: datetime) -> date:
    """The last business date that has begun by either; tills' clocks may run an hour ahead."""
    soon = now.astimezone(UTC) + timedelta(hours=1)
    return max(business_date(soon, old.days), business_date(soon, new.days))


def _in_force(rules: list[DayRule], last: date) -> list[tuple[date | None, str, str]]:
    """What has held up to a date, whoever wrote it down how: rules that change nothing are left out."""
    found: list[tuple[date | None, str, str]] = []
    for place, rule in enumerate(rules):
        if place and rule.valid_from > last:
            break
        if not found or found[-1][1:] != (rule.zone, rule.cutoff):
            found.append((rule.valid_from if place else None, rule.zone, rule.cutoff))
    return found
