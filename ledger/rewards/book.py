"""The awards ledger: pending while returns may come, then confirmed, once, whatever is replayed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from daybook.ledger.periods import Period
from daybook.ledger.rewards.awards import Award
from daybook.schemas.rewards import Programme


class AwardStatus(StrEnum):
    """How far an award is."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class AwardState(NamedTuple):
    """An award as it stands, and why. ``confirmed`` is the quantity at its confirmation, None before it."""

    award: Award
    status: AwardStatus
    reason: str
    confirmed: int | None = None


def is_final(programme: Programme, period: Period, today: date) -> bool:
    """Whether the return window of a period is over on a business date."""
    return today > period.last + timedelta(days=programme.return_window_days)


def settle(
    programme: Programme,
    known: Mapping[str, AwardState],
    earned: Sequence[Award],
    *,
    final: bool,
    settled: bool,
) -> list[AwardState]:
    """What changes in the ledger of one programme and period; nothing where nothing has.

    Args:
        programme: whose awards they are.
        known: states by award id, of this programme and period.
        earned: what is earned as sales stand now.
        final: whether the return window is over.
        settled: whether the period's awards were confirmed before. After that prizes stay as they are, and
            points are corrected by what is still taken back or comes late.
    """
    now = {award.award_id: award for award in earned}
    names = sorted({*known, *now})
    follows = settled and programme.give.how != "points"
    changes = []
    for name in names:
        old = known.get(name)
        new = None if follows else _next(old, now.get(name), final=final)
        if new is not None and new != old:
            changes.append(new)
    return changes


def _next(old: AwardState | None, award: Award | None, *, final: bool) -> AwardState | None:
    if old is not None and old.confirmed is not None:
        return _corrected(old, award)
    if award is None:
        if old is None or old.status is AwardStatus.WITHDRAWN:
            return old
        return old._replace(status=AwardStatus.WITHDRAWN, reason="no longer earned")
    if final:
        return AwardState(award, AwardStatus.CONFIRMED, "return window over", award.quantity)
    return AwardState(award, AwardStatus.PENDING, "returns may still come")


def _corrected(old: AwardState, award: Award | None) -> AwardState:
    """A confirmed award of points follows what is taken back, and what comes late."""
    quantity = award.quantity if award else 0
    if quantity == old.award.quantity:
        return old
    confirmed = old.confirmed or 0
    more = quantity - confirmed
    reason = f"corrected by {more:+} since it was confirmed" if more else "as it was confirmed"
    newer = award or old.award._replace(quantity=0)
    return AwardState(newer, AwardStatus.CONFIRMED, reason, confirmed)


def balance(states: Iterable[AwardState], key: str) -> tuple[int, int]:
    """(confirmed, pending) quantities of one who takes part, over the states of one programme."""
    own = [state for state in states if state.award.key == key]
    confirmed = sum(s.award.quantity for s in own if s.status is AwardStatus.CONFIRMED)
    return confirmed, sum(s.award.quantity for s in own if s.status is AwardStatus.PENDING)
