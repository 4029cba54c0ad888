"""Targets over the simulated month, and what the watcher would have told of its days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

from daybook.ledger.aims import Aims
from daybook.ledger.calendar import Calendar
from daybook.ledger.pace import Paces
from daybook.ledger.plans import Plans
from daybook.ledger.projection_snapshots import snapshots
from daybook.ledger.sold import SoldByQuarter
from daybook.schemas.projections import Projections, ProjectionSnapshot
from daybook.schemas.targets import Target, TargetPeriod
from daybook.sinks.history import quarter_amounts
from daybook.sinks.plan_rows import PROJECTIONS
from daybook.sinks.states import StateRecord
from daybook.sinks.store import Store

SET_AT: Final = datetime(2020, 1, 1, tzinfo=UTC)
GOALS: Final = {("all", None): 5_000_000, ("store", "quayside"): 900_000}
"""Net sales to be reached each day in pounds, in pence: all stores', and one's own."""


def targets(goals: Mapping[tuple[str, str | None], int] = GOALS) -> list[Target]:
    """The same every day."""
    return [
        Target(
            scope=scope,  # type: ignore[arg-type]  # one of them
            key=key,
            currency="GBP",
            period=TargetPeriod.DAY,
            first=date(2020, 1, 1),
            set_at=SET_AT,
            reason="made up",
            amount=amount,
        )
        for (scope, key), amount in goals.items()
    ]


def tell(
    store: Store,
    calendar: Calendar,
    moments: Iterable[datetime],
    goals: Mapping[tuple[str, str | None], int] = GOALS,
) -> dict[datetime, list[ProjectionSnapshot]]:
    """Write what the watcher tells at each moment, knowing what was sold until then; and give it back."""
    told = {}
    for version, moment in enumerate(moments, start=1):
        first, last = moment.date() - timedelta(days=60), moment.date() + timedelta(days=1)
        amounts = quarter_amounts(store, "net", first, last)
        known = {
            key: [each for each in own if each.quarter < moment.timestamp()] for key, own in amounts.items()
        }
        sold = SoldByQuarter.of(known, calendar)
        found = snapshots(Paces(sold).at(moment), Aims(Plans(targets(goals)).targets, sold, moment))
        value = Projections(taken_at=moment, snapshots=found).model_dump_json().encode()
        rows = PROJECTIONS.rows(StateRecord(0, 0, version, 0, b"", value))
        store.insert(
            PROJECTIONS.table, {name: [row[n] for row in rows] for n, name in enumerate(PROJECTIONS.columns)}
        )
        told[moment] = found
    return told
