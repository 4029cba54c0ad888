"""Reads the view of leaderboards: top lists with movement, one's own line, bottom lists for managers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from daybook.dashboards.board.access import Scope
from daybook.dashboards.board.asking import Asking
from daybook.dashboards.board.document import Position
from daybook.ledger.calendar import Calendar
from daybook.ledger.leaderboards import main_date
from daybook.ledger.periods import PERIODS
from daybook.schemas.currencies import exponent
from daybook.sinks.store import Store

TOP: Final = 10
BOTTOM: Final = 5
BADGES_FOR: Final = timedelta(days=7)
Badges = Mapping[tuple[str, str], list[str]]
"""What was given, by who and key."""


class Question(NamedTuple):
    """What is ranked, over which kind of period, among whom, and by what measure."""

    by: str
    period: str
    peers: str | None = None
    measure: str = "net"


Ranking = Callable[[Question], Awaitable[Mapping[str, Any]]]
"""Answers a question with all places of all boards: whoever composes has files and rules for it."""

PERIODS_SHOWN: Final = ("day", "week", "month")
_NO_BOARDS: Final[Mapping[str, Any]] = {"boards": []}
OF_ALL: Final = tuple(
    Question(by, period) for period in PERIODS_SHOWN for by in ("staff", "team", "store", "product")
)
OF_STORES: Final = tuple(
    question
    for period in PERIODS_SHOWN
    for question in (Question("staff", period, peers="store"), Question("store", period))
)
"""Where some stores alone may be shown: staff among those of their own store, and the stores themselves."""
OF_SOME: Final[Mapping[str, Callable[[Question], Question]]] = {
    "staff": lambda question: question._replace(peers="store"),
    "store": lambda question: question,
}
"""The same of any other question: whoever else is ranked belongs to stores that are not shown."""
OF_ONE: Final = tuple(Question("staff", period) for period in PERIODS_SHOWN)


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a board. ``moved`` is how many ranks it has risen since the period before; None if new."""

    rank: int
    key: str
    name: str
    value: int
    moved: int | None
    attainment_ppm: int | None
    """Of the own target of the period."""
    badges: list[str]
    """What everyone may know that they were given in the last seven days."""


@dataclass(frozen=True, slots=True)
class Standings:
    """A board of one currency, or of none for what is no money."""

    by: str
    period: str
    first: str
    last: str
    currency: str
    peer_group: str | None
    ranked: int
    top: list[Place]
    bottom: list[Place] | None
    """None where the viewer is not to see it."""
    own: Place | None
    measure: str = "net"
    unit: str = "minor units"
    """Of the values: minor units, count, seconds, or millionths."""


@dataclass(frozen=True, slots=True)
class LeaderboardDocument:
    """The view of leaderboards."""

    as_of_ms: int
    newest_recorded_ms: int | None
    exponents: dict[str, int]
    boards: list[Standings]


class LeaderboardReader:
    """Reads the boards that a scope shows."""

    def __init__(
        self,
        store: Store,
        calendar: Calendar,
        clock: Callable[[], datetime],
        scope: Scope,
        *,
        ranking: Ranking,
        staff_names: Mapping[str, str],
        also: Sequence[Question] = (),
    ) -> None:
        self._asking = Asking(store, scope)
        self._calendar = calendar
        self._clock = clock
        self._scope = scope
        self._ranking = ranking
        self._staff_names = staff_names
        self._also = also

    async def mark(self) -> tuple[Any, ...]:
        """Changes with every total of the running periods' days."""
        if not self._calendar.stores:
            return ()
        today = main_date(self._calendar, self._clock())
        rows = await self._asking.rows("changes", dates=[today])
        return (*rows[0], today)

    async def read(self) -> LeaderboardDocument:
        """The whole view. Raises what the store raises."""
        position = Position(*(await self._asking.rows("position"))[0])
        badges = await self._badges()
        boards = [board for question in self._questions() for board in await self._boards(question, badges)]
        return LeaderboardDocument(
            as_of_ms=int(self._clock().timestamp() * 1000),
            newest_recorded_ms=position.newest_recorded_ms,
            exponents={board.currency: exponent(board.currency) for board in boards if board.currency},
            boards=boards,
        )

    def _questions(self) -> tuple[Question, ...]:
        if not self._calendar.stores:
            return ()
        if self._scope.staff_id is not None:
            return (*OF_ONE, *(each for each in self._also if each.by == "staff"))
        if self._scope.stores is None:
            return (*OF_ALL, *self._also)
        return (*OF_STORES, *(OF_SOME[each.by](each) for each in self._also if each.by in OF_SOME))

    async def _badges(self) -> Badges:
        now = self._clock()
        times = {"now_ms": _milliseconds(now), "since_ms": _milliseconds(now - BADGES_FOR)}
        rows = await self._asking.rows("board_badges", **times)
        return {(str(who), str(key)): list(given) for who, key, given in rows}

    async def _boards(self, question: Question, badges: Badges) -> list[Standings]:
        answer = await self._ranking(question)
        by_net = question.measure == "net"
        aimed = await self._ranking(question._replace(measure="attainment")) if by_net else _NO_BOARDS
        parts = {
            (board["currency"], board["peer_group"], place["key"]): place["value"]
            for board in aimed["boards"]
            for place in board["top"]
        }
        own = {key: given for (who, key), given in badges.items() if who == question.by}
        naming = _Naming(await self._names(question, answer), parts, own)
        return [
            replace(found, measure=question.measure, unit=answer["unit"])
            for board in answer["boards"]
            if (found := self._board(question, answer["period"], board, naming)) is not None
        ]

    def _board(
        self, question: Question, period: Mapping[str, Any], board: Mapping[str, Any], naming: _Naming
    ) -> Standings | None:
        rows = [row for row in board["top"] if self._shows(question, row["key"])]
        if question.peers is not None and not self._scope.shows(board["peer_group"] or ""):
            return None
        places = [naming.place(board, row) for row in _ranked_anew(rows, question, self._scope)]
        own = next((place for place in places if place.key == self._scope.staff_id), None)
        alone = self._scope.staff_id is not None
        if not places or (alone and own is None):
            return None
        return Standings(
            by=question.by,
            period=question.period,
            first=period["first"],
            last=period["last"],
            currency=board["currency"],
            peer_group=None if alone else board["peer_group"],
            ranked=len(places),
            top=[] if alone else places[:TOP],
            bottom=places[::-1][:BOTTOM] if self._scope.bottom else None,
            own=own,
        )

    def _shows(self, question: Question, key: str) -> bool:
        return question.by != "store" or self._scope.shows(key)

    async def _names(self, question: Question, answer: Mapping[str, Any]) -> Mapping[str, str]:
        if question.by == "store":
            return {store.store_id: store.name or store.store_id for store in self._calendar.stores}
        if question.by != "product":
            return self._staff_names
        shown = sorted({place["key"] for board in answer["boards"] for place in board["top"][:TOP]})
        period = PERIODS[question.period](main_date(self._calendar, self._clock()))
        dates = [
            period.first.fromordinal(n) for n in range(period.first.toordinal(), period.last.toordinal() + 1)
        ]
        return dict(await self._asking.rows("product_names", dates=dates, products=shown)) if shown else {}


class _Naming(NamedTuple):
    names: Mapping[str, str]
    attainment: Mapping[tuple[str, str | None, str], int]
    badges: Mapping[str, list[str]]

    def place(self, board: Mapping[str, Any], row: Mapping[str, Any]) -> Place:
        key = row["key"]
        return Place(
            rank=row["rank"],
            key=key,
            name=self.names.get(key, key),
            value=row["value"],
            moved=row["moved"],
            attainment_ppm=self.attainment.get((board["currency"], board["peer_group"], key)),
            badges=self.badges.get(key, []),
        )


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _ranked_anew(
    rows: Iterable[Mapping[str, Any]], question: Question, scope: Scope
) -> Iterable[Mapping[str, Any]]:
    """Ranks among the stores shown: one among all would tell how the others stand."""
    if question.by != "store" or scope.stores is None:
        yield from rows
        return
    rank, last = 0, None
    for place, row in enumerate(rows, start=1):
        if row["value"] != last:
            rank, last = place, row["value"]
        yield {**row, "rank": rank, "moved": None}
