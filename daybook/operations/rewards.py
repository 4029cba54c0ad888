"""Recognition: what stands in the ledger, the sales or signals behind it, and what people give each other."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Final, Literal

from pydantic import Field, ValidationError

from daybook.ledger.signals.expressions import signal_expression, value_of
from daybook.ledger.teams import Staff
from daybook.operations.base import Args, CannotAct, Document, Place
from daybook.schemas.awards import Award, GiveRecognition, PeriodDecided, WithdrawRecognition
from daybook.schemas.reward_commands import RewardCommand
from daybook.schemas.rewards import Who
from daybook.schemas.staff import StaffEntry
from daybook.schemas.ticks import encode_tick
from daybook.schemas.validation import first_problem
from daybook.sinks.award_signals import signals_of
from daybook.sinks.awards import STANDING, awards, awards_by_id, period_of, sales_of

_SALES: Final = 500
"""Events, or subjects of signals, behind an award that are shown, at most."""


class ListArgs(Args):
    """Which awards."""

    states: list[Literal["pending", "confirmed", "withdrawn"]] = Field(default_factory=lambda: list(STANDING))  # type: ignore[arg-type]  # the same words
    key: str = ""
    programme: str = ""
    limit: int = Field(200, ge=1, le=10_000)


class ShowArgs(Args):
    """One award, by its id or the beginning of it."""

    award_id: str = Field(min_length=4, max_length=128)
    staff: list[StaffEntry] = Field(default_factory=list, description="Who is in a team.")


class GiveArgs(Args):
    """To whom, and why."""

    staff_id: str
    kind: Literal["praise", "badge"] = "praise"
    label: str = "Well done"
    reason: str
    by: str


class WithdrawArgs(Args):
    """Which recognition was given by mistake."""

    recognition_id: str
    by: str


def list_awards(place: Place, args: ListArgs) -> Document:
    """Awards as they stand, the newest first."""
    found = awards(place.store, states=args.states, key=args.key, programme=args.programme, limit=args.limit)
    return {"awards": [_document(award) for award in found]}


def show_award(place: Place, args: ShowArgs) -> Document:
    """One award, with the sales or signals that earned it.

    Raises:
        CannotAct: there is none, or several begin so; or it is one by signals, and no stores are known.
    """
    found = awards_by_id(place.store, args.award_id)
    if len(found) != 1:
        raise CannotAct(
            f"Several awards begin with {args.award_id}; say more of it."
            if found
            else f"There is no award {args.award_id}."
        )
    award, period = found[0], period_of(place.store, found[0])
    told: Document = {
        "award": _document(award),
        "confirmed_at": period.settled_at.isoformat() if period else None,
        "sales": [],
        "net": 0,
        "more": False,
    }
    if award.signal is not None:
        return told | _earned_by_signals(place, args, award, period)
    if award.how != "hand":
        found_sales = sales_of(place.store, award, _behind(award, args.staff), _SALES, period)
        sales = _of_team(found_sales, award, Staff(args.staff))
        told |= {"sales": sales, "net": sum(int(sale["net"]) for sale in sales), "more": len(sales) == _SALES}
    return told


def _earned_by_signals(place: Place, args: ShowArgs, award: Award, period: PeriodDecided | None) -> Document:
    if place.calendar is None:
        raise CannotAct(
            "Name the stores file by --stores: on which day a signal counts depends on the store."
        )
    if period is not None and period.of != "signals":
        period = None
    found = signals_of(place.store, place.calendar, award, _behind(award, args.staff), period)
    staff = Staff(args.staff)
    own = [
        earning
        for earning in found.earnings
        if award.who is not Who.TEAM or staff.team_on(earning.staff_id, earning.business_date) == award.key
    ]
    sums: Counter[str] = Counter()
    for earning in own:
        sums.update(earning.measures)
    shown = [each._asdict() | {"business_date": each.business_date.isoformat()} for each in own[:_SALES]]
    assert award.signal is not None, "it is one by signals"
    figure = value_of(signal_expression(award.signal), [sums])
    return {
        "signals": shown,
        "sums": dict(sums),
        "figure": None if figure is None else str(figure),
        "more": found.more or len(own) > _SALES,
    }


def give_recognition(place: Place, args: GiveArgs) -> Document:
    """Say that somebody did well, and why.

    Raises:
        CannotAct: it cannot be said so, or the watcher cannot be told.
    """
    recognition_id = secrets.token_hex(6)
    with refusing():
        tell(
            place,
            GiveRecognition(
                recognition_id=recognition_id,
                staff_id=args.staff_id,
                kind=args.kind,
                label=args.label,
                reason=args.reason,
                by=args.by,
                at=datetime.now(UTC),
            ),
        )
    return {"recognition_id": recognition_id, "staff_id": args.staff_id}


def withdraw_recognition(place: Place, args: WithdrawArgs) -> Document:
    """Take back what was given by mistake.

    Raises:
        CannotAct: the watcher cannot be told.
    """
    with refusing():
        tell(
            place,
            WithdrawRecognition(recognition_id=args.recognition_id, by=args.by, at=datetime.now(UTC)),
        )
    return {"withdrawn": args.recognition_id}


def _behind(award: Award, staff: Sequence[StaffEntry]) -> Sequence[str]:
    """The ids whose sales may be behind an award: a team's are all who were ever in it."""
    if award.who is Who.TEAM:
        return [entry.staff_id for entry in staff if award.key in {rule.team for rule in entry.teams}]
    return [award.key]


def _of_team(sales: list[Document], award: Award, staff: Staff) -> list[Document]:
    """Of a team's sales those of the days on which who made them was in it."""
    if award.who is not Who.TEAM:
        return sales
    return [
        sale
        for sale in sales
        if staff.team_on(sale["staff_id"], date.fromisoformat(sale["sold_on"])) == award.key
    ]


def tell(place: Place, command: RewardCommand) -> None:
    """Have the watcher carry out a command.

    Raises:
        CannotAct: no Kafka is known.
    """
    if place.command is None:
        raise CannotAct("Only where Kafka is known can this be said; name it by --bootstrap.")
    place.command(encode_tick(command))


@contextmanager
def refusing() -> Iterator[None]:
    """What cannot be said so, such as a text with an email address in it, is told in a sentence."""
    try:
        yield
    except ValidationError as error:
        raise CannotAct(f"It cannot be said so: {first_problem(error)}.") from error


def _document(award: Award) -> Document:
    return award.model_dump(mode="json", exclude_none=True)
