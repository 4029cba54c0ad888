"""Leaderboards of a period."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import Literal

from pydantic import Field

from daybook.ledger.calendar import Calendar
from daybook.ledger.leaderboards import MEASURES, Board, Measure, Standing, leaderboard, shown
from daybook.ledger.periods import PERIODS, Period, as_long_before, period_before
from daybook.operations.base import Args, CannotAct, Document, Place
from daybook.sinks.contenders import contenders
from daybook.sinks.reading import counts


class LeaderboardArgs(Args):
    """What is ranked, by what, over which period, and how much of it is told."""

    by: Literal["day", "store", "region", "channel", "revenue_stream", "staff", "product", "category"]
    measure: Literal["net", "gross", "orders", "units", "aov", "upt"] = "net"
    period: Literal["day", "week", "month", "retail-week", "retail-month", "7-days", "28-days"] = "day"
    day: date | None = Field(None, description="A day of the period; today at the stores, if left out.")
    first: date | None = Field(None, description="With ``last``: any dates instead of a period.")
    last: date | None = None
    top: int = Field(10, ge=0, le=10_000)
    bottom: int = Field(0, ge=0, le=10_000, description="For managers only.")
    own: str | None = Field(None, description="One key whose own place is wanted.")
    minimum_orders: int = Field(0, ge=0)
    book: Literal["sales", "test", "reporting", "reporting-test"] = "sales"


def show_leaderboard(place: Place, args: LeaderboardArgs) -> Document:
    """A board per currency: currencies are never ranked against each other.

    Raises:
        CannotAct: no date was named, and no stores are known to say which day it is.
    """
    measure = MEASURES[args.measure]
    kind, period, before = _periods(place, args)
    earlier = contenders(place.store, args.by, before, book=args.book, with_time=False)
    boards = []
    for currency, found in sorted(contenders(place.store, args.by, period, book=args.book).items()):
        old = leaderboard(earlier.get(currency, ()), measure, minimum_orders=args.minimum_orders)
        ranks = {standing.key: standing.rank for standing in old.standings}
        board = leaderboard(found, measure, minimum_orders=args.minimum_orders, before=ranks)
        boards.append({"currency": currency, **_told(board, measure, args)})
    as_of = counts(place.store).recorded_at
    return {
        "by": args.by,
        "measure": args.measure,
        "unit": measure.unit,
        "period": {"kind": kind, "first": period.first.isoformat(), "last": period.last.isoformat()},
        "as_of": as_of.isoformat() if as_of else None,
        "boards": boards,
    }


def _periods(place: Place, args: LeaderboardArgs) -> tuple[str, Period, Period]:
    """The kind of period, the period, and the one before it."""
    if args.first is not None and args.last is not None:
        period = Period(args.first, args.last)
        return "dates", period, as_long_before(period)
    day = args.day or _today(place)
    return args.period, PERIODS[args.period](day), period_before(args.period, day)


def _today(place: Place) -> date:
    if place.calendar is None or not place.calendar.stores:
        raise CannotAct("Name a day by --date, or the stores file by --stores: today depends on the store.")
    return _most_stores_day(place.calendar, datetime.now(UTC))


def _most_stores_day(calendar: Calendar, now: datetime) -> date:
    """The business date that most stores are at, and of equally many the later one."""
    days = Counter(calendar.moment(store.store_id, now).business_date for store in calendar.stores)
    return max((stores, day) for day, stores in days.items())[1]


def _told(board: Board, measure: Measure, args: LeaderboardArgs) -> Document:
    own = board.own(args.own) if args.own is not None else None
    told: Document = {
        "ranked": len(board.standings),
        "left_out": board.left_out,
        "top": [_standing(standing, measure) for standing in board.top(args.top)],
    }
    if args.bottom:
        told["bottom_for_managers"] = [_standing(standing, measure) for standing in board.bottom(args.bottom)]
    if args.own is not None:
        told["own"] = _standing(own, measure) if own else None
    return told


def _standing(standing: Standing, measure: Measure) -> Document:
    return {
        "rank": standing.rank,
        "key": standing.key,
        "value": shown(standing.value, measure.unit),
        "moved": standing.moved,
    }
