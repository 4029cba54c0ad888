"""Cases: which there are, what is known of one, and what people do to it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from pydantic import Field, ValidationError

from daybook.ledger.calendar import Calendar, day_start
from daybook.ledger.cases.commands import CommandRefused, applied
from daybook.operations.base import Args, CannotAct, Document, Place
from daybook.schemas import cases as c
from daybook.schemas.alerts import Dimension, Scope
from daybook.schemas.ticks import encode_tick
from daybook.schemas.validation import first_problem
from daybook.sinks.cases import cases, cases_by_id

State = Literal["open", "closed"]
_DAY = timedelta(days=1)


class ListArgs(Args):
    """Which cases; open ones, if nothing is said."""

    states: tuple[State, ...] = ("open",)
    limit: int = Field(200, ge=1, le=10_000)


class ShowArgs(Args):
    """One case, by its id or the beginning of it."""

    case_id: str = Field(min_length=1, max_length=128)


class OpenArgs(Args):
    """What a new case is about. Without hours it is the business date so far."""

    title: str
    by: str
    dimension: Dimension = Dimension.ALL
    key: str | None = None
    currency: str | None = None
    day: date | None = None
    start: datetime | None = None
    end: datetime | None = None
    about: c.Tracked | None = Field(None, description="What is wrong with the tracking, if it is about that.")


class ActArgs(ShowArgs):
    """What somebody does to a case."""

    by: str
    owner: str | None = None
    note: str | None = None
    item: c.Item | None = None
    finding: str | None = None
    action: str | None = None
    due: date | None = None
    done: str | None = None
    cause: c.Cause | None = None
    close: bool = False
    reopen: bool = False


def list_cases(place: Place, args: ListArgs) -> Document:
    """Cases as they stand: open ones first, of these the dearest."""
    return {"cases": [document_of(case) for case in cases(place.store, args.states, limit=args.limit)]}


def show_case(place: Place, args: ShowArgs) -> Document:
    """One case with its evidence, and what of the checklist nobody has looked at.

    Raises:
        CannotAct: there is none, or several begin so.
    """
    case = _one(place, args.case_id)
    looked = {check.item for check in case.checks}
    left = [item.value for item in c.CHECKLIST if item not in looked]
    return {"case": document_of(case), "unchecked": left if case.kind is c.CaseKind.SHORTFALL else []}


def open_case(place: Place, args: OpenArgs) -> Document:
    """Open a case by hand, or say what is wrong with the tracking.

    Raises:
        CannotAct: it cannot be said so, or the watcher cannot be told.
    """
    now = datetime.now(UTC)
    with refusing():
        command = opening(args, place.calendar, now)
        _tell(place, command)
    return {"case_id": command.case_id, "title": command.title}


def opening(args: OpenArgs, calendar: Calendar | None, now: datetime) -> c.OpenCase:
    """The command that opens a case, with a new id.

    Raises:
        CannotAct: it names a store that there is not, or hours are missing.
        pydantic.ValidationError: it cannot be said so.
    """
    scope = _scope(args, calendar)
    day, start, end = _hours(args, calendar, scope, now)
    return c.OpenCase(
        case_id=f"c-{secrets.token_hex(4)}",
        kind=c.CaseKind.TRACKING if args.about else c.CaseKind.SHORTFALL,
        title=args.title,
        scope=scope,
        business_date=day,
        window_start=start,
        window_end=end,
        about=args.about,
        by=args.by,
        at=now,
    )


def act_on_case(place: Place, args: ActArgs) -> Document:
    """Do what the arguments say, each as an event.

    Raises:
        CannotAct: there is no such case, it does not fit, or the watcher cannot be told.
    """
    case = _one(place, args.case_id)
    with refusing():
        commands = list(_commands(case.case_id, args, datetime.now(UTC)))
        if not commands:
            raise CannotAct("Say what is to be done with the case.")
        for command in commands:
            case = applied(case, command, case.version + 1)
        for command in commands:
            _tell(place, command)
    return {"case": document_of(case)}


def _commands(case_id: str, args: ActArgs, now: datetime) -> Iterator[c.CaseCommand]:
    on = {"case_id": case_id, "by": args.by, "at": now}
    if args.reopen:
        yield c.ReopenCase.model_validate(on)
    if args.owner is not None and args.action is None:
        yield c.TakeCase.model_validate(on | {"owner": args.owner})
    if args.note is not None:
        yield c.NoteCase.model_validate(on | {"text": args.note})
    if args.item is not None:
        yield c.CheckCase.model_validate(on | {"item": args.item, "finding": args.finding})
    if args.action is not None:
        owner, name = args.owner or args.by, secrets.token_hex(3)
        action = {"action_id": name, "text": args.action, "owner": owner, "due": args.due}
        yield c.PlanAction.model_validate(on | {"action": action})
    if args.done is not None:
        yield c.FinishAction.model_validate(on | {"action_id": args.done})
    if args.cause is not None and not args.close:
        yield c.NameCause.model_validate(on | {"cause": args.cause})
    if args.close:
        yield c.CloseCase.model_validate(on | {"cause": args.cause})


def _scope(args: OpenArgs, calendar: Calendar | None) -> Scope:
    store = region = None
    if args.dimension is Dimension.STORE:
        if calendar is None or args.key is None or args.key not in calendar:
            raise CannotAct(f"There is no store {args.key} in the stores file.")
        store, region = args.key, calendar.store(args.key).region
    elif args.dimension is Dimension.REGION:
        region = args.key
    return Scope(dimension=args.dimension, key=args.key, currency=args.currency, store=store, region=region)


def _hours(
    args: OpenArgs, calendar: Calendar | None, scope: Scope, now: datetime
) -> tuple[date, datetime, datetime]:
    """Business date, and the hours: the day so far, as far as nothing else is said."""
    stores = calendar.stores if calendar is not None else []
    own = [store for store in stores if scope.store in (None, store.store_id)]
    if calendar is None or not own:
        day = args.day or now.date()
        begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
    else:
        day = args.day or calendar.moment(own[0].store_id, now).business_date
        begin = datetime.fromtimestamp(day_start(day, own[0].days), UTC)
    start = args.start or begin
    end = args.end or min(begin + _DAY, now)
    if end <= start:
        raise CannotAct("The hours end before they begin.")
    return day, start, end


def _one(place: Place, key: str) -> c.Case:
    found = cases_by_id(place.store, key)
    if len(found) != 1:
        raise CannotAct(
            f"Several cases begin with {key}; say more of it." if found else f"There is no case {key}."
        )
    return found[0]


def _tell(place: Place, command: c.CaseCommand) -> None:
    if place.command is None:
        raise CannotAct("Only where Kafka is known can cases be worked on; name it by --bootstrap.")
    place.command(encode_tick(command))


@contextmanager
def refusing() -> Iterator[None]:
    """What does not fit, or cannot be said so, such as a card number in a note, is told in a sentence."""
    try:
        yield
    except CommandRefused as refused:
        raise CannotAct(str(refused)) from refused
    except ValidationError as error:
        raise CannotAct(f"It cannot be told so: {first_problem(error)}.") from error


def document_of(case: c.Case) -> Document:
    """A case as JSON has it."""
    return case.model_dump(mode="json", exclude_none=True)
