"""The weekly review of cases: causes, actions, areas of opportunity, trends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from pydantic import Field

from daybook.ledger.cases.opportunities import below_like_ones, members_of, step_members
from daybook.ledger.cases.review import Review, review
from daybook.ledger.periods import iso_week
from daybook.ledger.signals.ratios import FUNNEL
from daybook.operations.base import Args, Document, Place
from daybook.schemas.cases import Case
from daybook.sinks.cases import cases
from daybook.sinks.weekly import net_by_week, sessions_by_store

_PARTS: Final = ("region", "channel", "product")
_BEFORE: Final = timedelta(weeks=8)
_MOST: Final = 10_000


class ReviewArgs(Args):
    """Which week: the one of a day; the last whole one, if left out."""

    day: date | None = Field(None, description="A day of the week.")


def review_cases(place: Place, args: ReviewArgs) -> Document:
    """The review of an ISO week; amounts in minor units, parts in millionths."""
    day = args.day or datetime.now(UTC).date() - timedelta(weeks=1)
    period = iso_week(day)
    every = cases(place.store, ["open", "closed"], limit=_MOST)
    titles = {case.case_id: case for case in every}
    found = review(every, period.first, period.last)
    return {
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        **_of_cases(found, titles),
        "opportunities": opportunities(place, period.first, period.last),
    }


def _of_cases(found: Review, by_id: dict[str, Case]) -> Document:
    def told(case_ids: list[str]) -> list[Document]:
        return [_short(by_id[case_id]) for case_id in case_ids]

    return {
        "causes": [
            row._asdict() | {"cause": row.cause.value, "repeated": row.weeks > 1} for row in found.causes
        ],
        "actions": [
            {
                "case_id": due.case_id,
                "overdue": due.overdue,
                **due.action.model_dump(mode="json", exclude_none=True),
            }
            for due in found.actions
        ],
        "open": told(found.open_cases),
        "unexplained": told(found.unexplained),
        "tracking": told(found.tracking),
        "trend": [one._asdict() | {"first": one.first.isoformat()} for one in found.trend],
    }


def _short(case: Case) -> Document:
    return {
        "case_id": case.case_id,
        "title": case.title,
        "business_date": case.business_date.isoformat(),
        "currency": case.scope.currency,
        "outcome": case.outcome,
        "shortfall": case.shortfall,
        "owner": case.owner,
    }


def opportunities(place: Place, first: date, last: date) -> list[dict[str, Any]]:
    """Where less was reached in a week than like ones reach, by dimension and currency."""
    found: list[dict[str, Any]] = []
    for dimension in _PARTS:
        for currency, weeks in sorted(net_by_week(place.store, dimension, first - _BEFORE, last).items()):
            rows = below_like_ones(members_of(weeks, first))
            found += [
                {"area": dimension, "currency": currency, "unit": "minor units", **one._asdict()}
                for one in rows
            ]
    sessions = sessions_by_store(place.store, list(FUNNEL), first, last)
    for step in pairwise(FUNNEL):
        rows = below_like_ones(step_members(sessions, step))
        area = f"{step[0]} to {step[1]}"
        found += [{"area": area, "currency": "", "unit": "sessions", **one._asdict()} for one in rows]
    return found
