"""Who is where today: each store's sales so far against its usual, and where its day will close."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from daybook.ledger.adjustments import factor, in_force, newest
from daybook.ledger.calendar import QUARTER, Calendar, wall_time
from daybook.ledger.curves import QuarterAmount
from daybook.ledger.history import FEWEST
from daybook.ledger.opening import opens_on, trading
from daybook.ledger.projection import (
    Miss,
    Projection,
    TypicalDay,
    misses,
    project,
    residuals,
)
from daybook.ledger.sold import Key, SoldByQuarter
from daybook.ledger.typical import TypicalDays
from daybook.schemas.adjustments import Adjustment

_SECOND: Final = timedelta(seconds=1)


class StorePace(NamedTuple):
    """A store's day in one currency.

    ``projection`` is None for a store of which nothing is known to go by. ``typical`` is the day that it is
    held against, adjustments included, and ``typical_total`` its total; ``usual_total`` and ``unadjusted``
    are without them. ``past`` holds the misses (ppm) that make the band; ``missed`` those that are the
    store's own.
    """

    store_id: str
    region: str | None
    currency: str
    business_date: date
    actual: int
    projection: Projection | None
    typical_total: int
    missed: dict[date, Miss]
    typical: TypicalDay | None = None
    past: Sequence[int] = ()
    usual_total: int = 0
    unadjusted: Projection | None = None
    adjustments: Sequence[Adjustment] = ()
    closed: bool = False
    gone: bool = False
    """Outside of the dates from its opening to its closing for good."""
    second: int = 0
    """Seconds of the wall clock since the cutoff."""


class _Usual(NamedTuple):
    """What is remembered of a store from one asking to the next: it changes with the past, not with today."""

    day: date
    past_version: int
    typical: TypicalDay | None
    own: bool
    missed: dict[int, dict[date, Miss]]


class Paces:
    """The paces of all stores, asked for again and again while sales come in.

    Args:
        sold: the amounts; whoever has them puts changes in there.
    """

    def __init__(self, sold: SoldByQuarter) -> None:
        self._sold = sold
        self._calendar = sold.calendar
        self._usual: dict[Key, _Usual] = {}

    def at(self, now: datetime, adjustments: Iterable[Adjustment] = ()) -> list[StorePace]:
        """The pace of every store that ever sold anything, by store and currency. ``now`` is aware.

        Sales after ``now`` do not count: a past moment is seen as it was.
        """
        seen = int(now.timestamp())
        histories = {key: self._sold.history(key, seen) for key in self._sold.stores()}
        days = TypicalDays(histories, self._calendar)
        holding = newest(adjustments, now)
        found = [self._pace(key, days, holding, now) for key in histories]
        found = [pace for pace in found if pace.actual or not pace.gone]
        lent = _lent_misses(found)
        return [_with_band(pace, lent) for pace in found]

    def prepared(self, now: datetime) -> Iterator[None]:
        """Do what takes long at a first look, on a new day or in a new quarter hour, bit by bit.

        ``at`` finds it done; between two bits others may have their turn, and amounts may change.
        """
        seen, histories = int(now.timestamp()), {}
        for key in self._sold.stores():
            histories[key] = self._sold.history(key, seen)
            yield
        days = TypicalDays(histories, self._calendar)
        for key in histories:
            self._pace(key, days, (), now)
            yield

    def _pace(self, key: Key, days: TypicalDays, holding: Sequence[Adjustment], now: datetime) -> StorePace:
        store = self._calendar.store(key[0])
        wall = wall_time(now, store.days)
        today, second = wall.date(), (wall - datetime.combine(wall.date(), datetime.min.time())) // _SECOND
        curve = days.histories[key].get(today)
        actual = curve.total if curve else 0
        plain = StorePace(store.store_id, store.region, key[1], today, actual, None, 0, {}, second=second)
        if opens_on(store, today) is False:
            shut = Projection(actual, 0, actual, actual, actual)
            gone = not trading(store, today)
            return plain._replace(projection=shut, unadjusted=shut, closed=True, gone=gone)
        usual = self._usual_of(key, days, today)
        if usual.typical is None:
            return plain
        held = in_force(holding, store, today)
        typical = usual.typical.times(factor(held))
        return plain._replace(
            typical=typical,
            typical_total=typical.total,
            usual_total=usual.typical.total,
            missed=self._missed(key, usual, days, second // QUARTER) if usual.own else {},
            adjustments=held,
        )

    def _usual_of(self, key: Key, days: TypicalDays, today: date) -> _Usual:
        version, known = self._sold.past_version(key, today), self._usual.get(key)
        if known is not None and (known.day, known.past_version) == (today, version):
            return known
        own = len(days.histories[key].like_days(today)) >= FEWEST
        found = self._usual[key] = _Usual(today, version, days.of(key, today), own, {})
        return found

    @staticmethod
    def _missed(key: Key, usual: _Usual, days: TypicalDays, quarter: int) -> dict[date, Miss]:
        found = usual.missed.get(quarter)
        if found is None:
            usual.missed.clear()
            found = usual.missed[quarter] = misses(days.histories[key], usual.day, quarter)
        return found


def store_paces(
    amounts: Mapping[Key, Sequence[QuarterAmount]],
    calendar: Calendar,
    now: datetime,
    adjustments: Iterable[Adjustment] = (),
) -> list[StorePace]:
    """The paces at one moment, of amounts that are all there; see :class:`Paces`."""
    return Paces(SoldByQuarter.of(amounts, calendar)).at(now, adjustments)


def _lent_misses(paces: Sequence[StorePace]) -> dict[tuple[str, str | None], list[int]]:
    """The misses (ppm) of all stores of a currency, and of those of each region, for stores without any."""
    found: defaultdict[tuple[str, str | None], list[int]] = defaultdict(list)
    for pace in paces:
        if len(pace.missed) >= FEWEST:
            own = residuals(pace.missed)
            for region in {pace.region, None}:
                found[pace.currency, region] += own
    return {place: sorted(each) for place, each in found.items()}


def _with_band(pace: StorePace, lent: Mapping[tuple[str, str | None], Sequence[int]]) -> StorePace:
    if pace.typical is None:
        return pace
    past: Sequence[int] = residuals(pace.missed)
    if len(past) < FEWEST:
        past = lent.get((pace.currency, pace.region)) or lent.get((pace.currency, None)) or past
    share = pace.typical.share(pace.second)
    return pace._replace(
        past=past,
        projection=project(pace.actual, share, pace.typical.total, past),
        unadjusted=project(pace.actual, share, pace.usual_total, past),
    )
