"""The awards ledger: pending while returns may come, then confirmed, once, whatever is replayed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Final, NamedTuple

from daybook.ledger.periods import Period
from daybook.ledger.rewards.awards import Award
from daybook.schemas.awards import AwardStatus
from daybook.schemas.rewards import Programme

CORRECTED_DAYS: Final = 30
"""For which confirmed points are still corrected by what is taken back or comes late."""


class AwardState(NamedTuple):
    """An award as it stands, and why. ``confirmed`` is the quantity at its confirmation, None before it."""

    award: Award
    status: AwardStatus
    reason: str
    confirmed: int | None = None


class Waiting(NamedTuple):
    """Why an award is pending, and why it is confirmed."""

    pending: str
    confirmed: str


FOR_RETURNS: Final = Waiting("returns may still come", "return window over")
FOR_CHANGES: Final = Waiting("changes may still come", "window for changes over")
"""Of signals: a deal that is opened again, an answer that comes late."""


def is_final(programme: Programme, period: Period, today: date) -> bool:
    """Whether the return window of a period is over on a business date."""
    return today > period.last + timedelta(days=programme.return_window_days)


def is_closed(programme: Programme, period: Period, today: date) -> bool:
    """Whether nothing about a period changes any more; prizes do not from their confirmation on."""
    more = CORRECTED_DAYS if programme.give.how == "points" else 0
    return is_final(programme, period, today - timedelta(days=more))


def settle(
    programme: Programme,
    known: Mapping[str, AwardState],
    earned: Sequence[Award],
    *,
    final: bool,
    settled: bool,
    waiting: Waiting = FOR_RETURNS,
) -> list[AwardState]:
    """What changes in the ledger of one programme and period; nothing where nothing has.

    Args:
        programme: whose awards they are.
        known: states by award id, of this programme and period.
        earned: what is earned as sales stand now.
        final: whether the return window is over.
        settled: whether the period's awards were confirmed before. After that prizes stay as they are, and
            points are corrected by what is still taken back or comes late.
        waiting: for what it is pending.
    """
    now = {award.award_id: award for award in earned}
    names = sorted({*known, *now})
    if settled and programme.give.how != "points":
        return []
    changes = []
    for name in names:
        old = known.get(name)
        new = _corrected(old, now.get(name)) if settled else _next(old, now.get(name), waiting, final=final)
        if new is not None and new != old:
            changes.append(new)
    return changes


def _next(old: AwardState | None, award: Award | None, waiting: Waiting, *, final: bool) -> AwardState | None:
    if award is None:
        if old is None or old.status is AwardStatus.WITHDRAWN:
            return old
        return old._replace(status=AwardStatus.WITHDRAWN, reason="no longer earned")
    if final:
        return AwardState(award, AwardStatus.CONFIRMED, waiting.confirmed, award.quantity)
    return AwardState(award, AwardStatus.PENDING, waiting.pending)


def _corrected(old: AwardState | None, award: Award | None) -> AwardState | None:
    """Confirmed points follow what is taken back, and what comes late; who had none has 0 confirmed."""
    confirmed = (old.confirmed or 0) if old is not None else 0
    quantity = award.quantity if award else 0
    standing = old.award.quantity if old is not None and old.status is AwardStatus.CONFIRMED else 0
    same = award is None or (old is not None and award.value == old.award.value)
    if quantity == standing and same:
        return old
    more = quantity - confirmed
    reason = f"corrected by {more:+} since it was confirmed" if more else "as it was confirmed"
    if award is None:
        assert old is not None, "without an award now there was one before"
        award = old.award._replace(quantity=0, value=Fraction(0))
    return AwardState(award, AwardStatus.CONFIRMED, reason, confirmed)


def balance(states: Iterable[AwardState], key: str) -> tuple[int, int]:
    """(confirmed, pending) quantities of one who takes part, over the states of one programme."""
    own = [state for state in states if state.award.key == key]
    confirmed = sum(s.award.quantity for s in own if s.status is AwardStatus.CONFIRMED)
    return confirmed, sum(s.award.quantity for s in own if s.status is AwardStatus.PENDING)
