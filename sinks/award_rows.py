"""Rows of awards, of the periods that were confirmed, and of coaching."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Final

from daybook.schemas import topics
from daybook.schemas.awards import Award, PeriodDecided, decode_award_record
from daybook.schemas.coaching import Coaching
from daybook.schemas.rounding import divide
from daybook.sinks.rows import milliseconds
from daybook.sinks.states import StateRecord, StateTopic
from daybook.sinks.store import Row

AWARD_COLUMNS: Final = (
    "award_id", "version", "programme_id", "title", "how", "who", "key", "currency", "period", "first",
    "last", "place", "value", "shown", "unit", "quantity", "confirmed", "status", "reason", "prize", "label",
    "given_by", "given_for", "decided_at", "changed_at", "public_at", "document",
)  # fmt: skip
_PERIOD_COLUMNS: Final = (
    "programme_id",
    "first",
    "version",
    "last",
    "settled_at",
    "closed_at",
    "document",
)
_COACHING_COLUMNS: Final = (
    "who", "key", "currency", "version", "week", "weeks", "actual", "usual", "target", "orders", "basket",
    "discounts", "returns", "listed", "notes", "last_note", "changed_at", "document",
)  # fmt: skip
_MILLION: Final = 1_000_000


def award_rows(record: StateRecord) -> Sequence[Row]:
    """The row of an award; none for another record of the topic.

    Raises:
        pydantic.ValidationError: not a record of it.
    """
    award = decode_award_record(record.value)
    return [award_row(award)] if isinstance(award, Award) else []


def award_row(award: Award) -> Row:
    """The row of an award."""
    return (
        award.award_id,
        award.version,
        award.programme_id,
        award.title,
        award.how,
        award.who.value,
        award.key,
        award.currency or "",
        award.period,
        award.first,
        award.last,
        award.place,
        award.value,
        shown(award),
        award.unit,
        award.quantity,
        award.confirmed,
        award.status.value,
        award.reason,
        award.prize.value if award.prize else "",
        award.label or "",
        award.given_by or "",
        award.given_for or "",
        milliseconds(award.decided_at),
        milliseconds(award.changed_at),
        _instant(award.public_at),
        award.model_dump_json(exclude_none=True),
    )


def shown(award: Award) -> int:
    """An award's value as an integer: minor units, a count, or millionths of a ratio, rounded once."""
    value = Fraction(award.value) * (_MILLION if award.unit == "ratio" else 1)
    return divide(value.numerator, value.denominator)


def period_rows(record: StateRecord) -> Sequence[Row]:
    """The row of a confirmed period; none for another record of the topic.

    Raises:
        pydantic.ValidationError: not a record of it.
    """
    period = decode_award_record(record.value)
    if not isinstance(period, PeriodDecided):
        return []
    return [
        (
            period.programme_id,
            period.first,
            period.version,
            period.last,
            milliseconds(period.settled_at),
            _instant(period.closed_at),
            record.value.decode(),
        )
    ]


def coaching_rows(record: StateRecord) -> Sequence[Row]:
    """The row of somebody who is behind, or was, or is on the coaching list.

    Raises:
        pydantic.ValidationError: not such a record.
    """
    state = Coaching.model_validate_json(record.value)
    behind = state.behind
    figures = ("actual", "usual", "target")
    parts = ("orders", "basket", "discounts", "returns")
    return [
        (
            state.who,
            state.key,
            state.currency,
            state.version,
            behind.week if behind else None,
            behind.weeks if behind else 0,
            *(getattr(behind, name, None) for name in figures),
            *(getattr(behind, name, 0) for name in parts),
            int(state.listed),
            len(state.notes),
            state.notes[-1].text if state.notes else "",
            milliseconds(state.changed_at),
            record.value.decode(),
        )
    ]


def _instant(moment: datetime | None) -> int | None:
    return milliseconds(moment) if moment is not None else None


_PERIODS: Final = StateTopic(topics.AWARDS, "award_periods", _PERIOD_COLUMNS, period_rows)
AWARDS: Final = StateTopic(topics.AWARDS, "awards", AWARD_COLUMNS, award_rows, (_PERIODS,))
COACHING: Final = StateTopic(topics.COACHING, "coaching", _COACHING_COLUMNS, coaching_rows)
