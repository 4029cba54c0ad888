"""Awards in words, for chat and email. Pure."""

from __future__ import annotations

from typing import Final

from daybook.ledger.alerts.amounts import money
from daybook.schemas.awards import Award, News
from daybook.schemas.rewards import PrizeKind

_HEADS: Final = {
    News.EARNED: "Well done",
    News.CONFIRMED: "Confirmed",
    News.WITHDRAWN: "Taken back",
}


def award_subject(award: Award) -> str:
    """One line: who, what for, of which days, and what they get; of what people give, who says why."""
    head = f"{_HEADS[award.news or News.EARNED]}, {award.name or award.key}"
    if award.how == "hand":
        badge = f"{award.label}. " if award.prize is PrizeKind.BADGE else ""
        return f"{head}: {badge}{award.given_for} (from {award.given_by})"
    given = _given(award)
    worth = f": {given}" if given and award.news is not News.WITHDRAWN else ""
    return f"{head}: {award.title}, {_days(award)}{worth}"


def award_text(award: Award) -> str:
    """The whole message."""
    lines = [f"{award.name or award.key}: {award.title} ({_days(award)})."]
    if award.given_for is not None:
        lines.append(f"{award.given_by} says: {award.given_for}")
    if (given := _given(award)) and award.news is not News.WITHDRAWN:
        lines.append(f"For it: {given}.")
    lines.append(_standing(award))
    return "\n".join(lines)


def _days(award: Award) -> str:
    first = award.first.isoformat()
    return first if award.first == award.last else f"{first} to {award.last.isoformat()}"


def _given(award: Award) -> str:
    """What they get; nothing where the words of a praise are all there is."""
    if award.prize in (PrizeKind.MONEY, PrizeKind.GIFT_CARD):
        return f"{money(award.quantity, award.currency)}, {award.label}"
    if award.prize is PrizeKind.PRAISE or award.label == award.title:
        return ""
    return award.label or ""


def _standing(award: Award) -> str:
    if award.news is News.WITHDRAWN:
        return f"It does not stand any more: {award.reason}."
    if award.how == "hand":
        return "Given by hand."
    place = f"Place {award.place}. " if award.place else ""
    time = "time for returns" if award.signal is None else "time for changes"
    if award.news is News.CONFIRMED:
        return f"{place}It is confirmed: the {time} is over."
    if award.confirmed is not None:
        return f"{place}It is confirmed."
    return f"{place}It is confirmed when the {time} is over."
