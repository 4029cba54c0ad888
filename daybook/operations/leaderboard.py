"""Leaderboards of a period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from daybook.ledger.board_measures import measures_with
from daybook.ledger.calendar import Calendar
from daybook.ledger.expressions import ExpressionError, parse_all
from daybook.ledger.leaderboards import (
    Board,
    Contender,
    Measure,
    Standing,
    in_view,
    leaderboard,
    main_date,
    shown,
)
from daybook.ledger.periods import PERIODS, Period, as_long_before, period_before
from daybook.ledger.signals.boards import HAVE_SIGNALS, SIGNAL_BOARDS, made_of
from daybook.ledger.targets import Holder, Targets, Weights, weekday_weights
from daybook.ledger.teams import PeerGroups, Staff
from daybook.ledger.yardsticks import HAVE_HOURS, HAVE_TARGETS, Scope, Yardsticks
from daybook.operations.base import Args, CannotAct, Document, Place
from daybook.operations.day_states import day_figures, is_closed, period_state
from daybook.schemas.leaderboards import Peers, PeriodKind, Ranked, View, check_peers
from daybook.schemas.measures import CustomMeasure, MeasureName
from daybook.schemas.staff import StaffEntry
from daybook.schemas.targets import Target
from daybook.sinks.contenders import contenders, daily_nets
from daybook.sinks.plans import stored_targets
from daybook.sinks.reading import counts
from daybook.sinks.signal_contenders import signal_contenders, signals_recorded_at

_WEIGHED: Final = timedelta(weeks=26)
"""How far back the weekdays are looked at along which a target is spread."""
_Name = tuple[str, str]
"""Currency and peer group."""


class LeaderboardArgs(Args):
    """What is ranked, by what, over which period, and how much of it is told."""

    by: Ranked
    measure: MeasureName = "net"
    period: PeriodKind = "day"
    day: date | None = Field(None, description="A day of the period; today at the stores, if left out.")
    first: date | None = Field(None, description="With ``last``: any dates instead of a period.")
    last: date | None = None
    view: View = "activity"
    peers: Peers | None = None
    top: int = Field(10, ge=0, le=10_000)
    bottom: int = Field(0, ge=0, le=10_000, description="For managers only.")
    own: str | None = Field(None, description="One key whose own place is wanted.")
    minimum_orders: int = Field(0, ge=0)
    book: Literal["sales", "test", "reporting", "reporting-test"] = "sales"
    staff: list[StaffEntry] = Field(default_factory=list)
    targets: list[Target] = Field(default_factory=list, description="Besides published ones.")
    custom: list[CustomMeasure] = Field(default_factory=list)
    grace_hours: float = Field(6.0, ge=0, le=24 * 31)
    at: datetime | None = Field(
        None, description="As of when days are closed and shops open; now, if left out."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_peers(self.by, self.peers)
        return self


def show_leaderboard(place: Place, args: LeaderboardArgs) -> Document:
    """A board per currency, and per peer group if asked for: currencies are never ranked against each other.

    Raises:
        CannotAct: something is not known that the question needs; says what in one sentence.
    """
    asked = _Asked(place, args)
    boards = [
        {"currency": currency, "peer_group": group or None, **asked.state(currency), **asked.told(board)}
        for (currency, group), board in sorted(asked.boards().items())
    ]
    as_of = signals_recorded_at(place.store) if asked.of_signals else counts(place.store).recorded_at
    period = asked.period
    return {
        "by": args.by,
        "measure": args.measure,
        "unit": asked.measure.unit,
        "view": args.view,
        "peers": args.peers,
        "period": {"kind": asked.kind, "first": period.first.isoformat(), "last": period.last.isoformat()},
        "as_of": as_of.isoformat() if as_of else None,
        "boards": boards,
    }


def known_targets(place: Place, args: LeaderboardArgs) -> Targets:
    """The targets that were published, and those that are given."""
    return Targets([*stored_targets(place.store), *args.targets])


class _Asked:
    """A question for leaderboards, with all that it takes to answer it."""

    def __init__(self, place: Place, args: LeaderboardArgs) -> None:
        self._place = place
        self._args = args
        self._at = args.at or datetime.now(UTC)
        self.measure = _measure(args)
        self.of_signals = any(self.measure is measure for measure in SIGNAL_BOARDS.values())
        self._volumes: dict[str, int] = {}
        self.staff = Staff(args.staff)
        self.kind, self.period, self._before = self._periods()
        self._calendar = place.calendar or Calendar([])
        self._peers = PeerGroups(self._calendar, self.staff)
        self._yardsticks = self._measured_by()
        first, last = self.period
        self._days = (
            {}
            if self.of_signals
            else day_figures(place, first, last, args.grace_hours, self._at, book=args.book)
        )

    def _periods(self) -> tuple[str, Period, Period]:
        """The kind of period, the period, and the one before it."""
        args = self._args
        if args.first is not None and args.last is not None:
            period = Period(args.first, args.last)
            return "dates", period, as_long_before(period)
        day = args.day or self._today()
        return args.period, PERIODS[args.period](day), period_before(args.period, day)

    def _today(self) -> date:
        if self._place.calendar is None or not self._place.calendar.stores:
            raise CannotAct(
                "Name a day by --date, or the stores file by --stores: today depends on the store."
            )
        return main_date(self._place.calendar, self._at)

    def _measured_by(self) -> Yardsticks:
        args, needs = self._args, self.measure.needs
        if needs == "open_seconds" and (self._place.calendar is None or args.by not in HAVE_HOURS):
            raise CannotAct(
                f"Open hours are those of {', '.join(HAVE_HOURS)}, and stand in the stores file (--stores)."
            )
        weights, targets = _evenly_known, Targets()
        if needs == "target":
            targets = known_targets(self._place, args)
            if args.by not in HAVE_TARGETS or not targets.holders():
                raise CannotAct(
                    f"Targets are those of {', '.join(HAVE_TARGETS)}; they come from a file (--targets),"
                    " or are published by `daybook targets set`."
                )
            weights = self._weights()
        return Yardsticks(self._calendar, self.staff, lambda: targets, weights)

    def _weights(self) -> _Weights:
        first, last = self._before.first - _WEIGHED, self.period.last
        nets = daily_nets(
            self._place.store, self._args.by, first, last, book=self._args.book, staff=self.staff
        )
        return _Weights(nets)

    def boards(self) -> dict[_Name, Board]:
        """The boards by currency and peer group, with movement since the period before."""
        args = self._args
        now, earlier = self._ranked(self.period, with_time=True), self._ranked(self._before, with_time=False)
        found = {}
        for name, members in now.items():
            old = leaderboard(earlier.get(name, ()), self.measure, minimum_orders=args.minimum_orders)
            before = {standing.key: standing.rank for standing in old.standings}
            if self.of_signals and made_of(args.measure) != (args.measure,):
                self._volumes |= {each.key: self.measure.volume(each.vector) for each in members}
            found[name] = leaderboard(
                members, self.measure, minimum_orders=args.minimum_orders, before=before
            )
        return found

    def _ranked(self, period: Period, *, with_time: bool) -> dict[_Name, list[Contender]]:
        args = self._args
        found: defaultdict[_Name, list[Contender]] = defaultdict(list)
        for currency, members in self._read(period, with_time=with_time).items():
            scope = Scope(args.by, currency, period, self._at)
            for group, contender in self._grouped(members, period):
                seen = contender if self.of_signals else _seen(contender, args.view)
                found[currency, group].append(self._yardsticks.measured(seen, self.measure, scope))
        return found

    def _read(self, period: Period, *, with_time: bool) -> Mapping[str, list[Contender]]:
        """All who compete, by currency; of signals by it only where the measure is money."""
        store, by, book, staff = self._place.store, self._args.by, self._args.book, self.staff
        if self.of_signals:
            money = self.measure.unit == "minor units"
            return signal_contenders(store, by, period, money=money, book=book, staff=staff)
        return contenders(store, by, period, book=book, with_time=with_time, staff=staff)

    def _grouped(self, members: Iterable[Contender], period: Period) -> Iterable[tuple[str, Contender]]:
        for contender in members:
            group = self._peers.of(self._args.by, self._args.peers, contender.key, period.last)
            if group is not None:
                yield group, contender

    def state(self, currency: str) -> Document:
        """Whether the period's days are closed, and by how much their net has changed since."""
        if self._place.calendar is None:
            return {"state": None, "since": None}
        closed = is_closed(self._calendar, self.period.last, self._args.grace_hours, self._at)
        return period_state(self._days.items(), currency, closed=closed).told()

    def told(self, board: Board) -> Document:
        """As much of a board as was asked for."""
        args = self._args
        told: Document = {
            "ranked": len(board.standings),
            "left_out": board.left_out,
            "top": [self._standing(standing) for standing in board.top(args.top)],
        }
        if args.bottom:
            told["bottom_for_managers"] = [self._standing(s) for s in board.bottom(args.bottom)]
        if args.own is not None:
            own = board.own(args.own)
            told["own"] = self._standing(own) if own else None
        return told

    def _standing(self, standing: Standing) -> Document:
        told: Document = {
            "rank": standing.rank,
            "key": standing.key,
            "value": shown(standing.value, self.measure.unit),
            "moved": standing.moved,
        }
        if standing.key in self._volumes:
            told["of"] = self._volumes[standing.key]
        name = self.staff.name(standing.key) if self._args.by == "staff" else None
        return told if name is None else told | {"name": name}


def _seen(contender: Contender, view: str) -> Contender:
    return contender._replace(vector=in_view(contender.vector, view))


class _Weights:
    """How the weeks of contenders have usually fallen on their days, by what they sold."""

    def __init__(self, nets: Mapping[_Name, Mapping[date, int]]) -> None:
        self._nets = nets

    def __call__(self, holder: Holder, before: date) -> Weights:
        return weekday_weights(self._nets.get((holder.currency, holder.key or ""), {}), before)


_evenly_known: Final = _Weights({})


def _measure(args: LeaderboardArgs) -> Measure:
    try:
        expressions = parse_all({custom.name: custom.expression for custom in args.custom})
        own = measures_with(expressions)
    except ExpressionError as error:
        raise CannotAct(f"The measures file is not valid: {error}.") from error
    except ValueError as error:
        raise CannotAct(f"The measures file is not valid: {error}.") from error
    if args.measure in own:
        return own[args.measure]
    if args.measure not in SIGNAL_BOARDS:
        known = f"{', '.join(own)}, and of signals {', '.join(SIGNAL_BOARDS)}"
        raise CannotAct(f"There is no measure {args.measure}; there are {known}.")
    if args.by not in HAVE_SIGNALS:
        raise CannotAct(f"Signals are counted by {', '.join(HAVE_SIGNALS)}, not by {args.by}.")
    return SIGNAL_BOARDS[args.measure]
