"""What a leaderboard looks like at a moment, as it is told on ``sales.leaderboards``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Literal, NamedTuple

import orjson

from daybook.ledger.board_measures import shown
from daybook.ledger.leaderboards import Standing
from daybook.ledger.periods import Period
from daybook.schemas.leaderboards import BoardSpec

DayState = Literal["provisional", "closed"]


class BoardId(NamedTuple):
    """Which board it is. ``peer_group`` is empty where all are compared with all."""

    by: str
    period: str
    first: date
    last: date
    measure: str
    view: str
    currency: str
    peers: str
    peer_group: str
    minimum_orders: int

    @property
    def record_key(self) -> bytes:
        """The board as a record key."""
        return orjson.dumps(list(self))


class Row(NamedTuple):
    """A place on a board. ``value`` is in the board's unit; ``moved`` is None for who is new."""

    rank: int
    key: str
    value: int
    moved: int | None


class Snapshot(NamedTuple):
    """The best, best first, and the last, last first, who are for managers only.

    ``as_of`` is when the newest counted event came into the log, ``at`` when the board was looked at; both
    UTC, epoch milliseconds.
    """

    board: BoardId
    unit: str
    day_state: DayState
    as_of: int | None
    at: int
    ranked: int
    left_out: int
    top: list[Row]
    bottom_for_managers: list[Row]

    @property
    def content(self) -> tuple[object, ...]:
        """All that a person sees of it, without when it was made."""
        return self.day_state, self.ranked, self.left_out, self.top, self.bottom_for_managers


def board_id(spec: BoardSpec, period: Period, currency: str, peer_group: str) -> BoardId:
    """The board of a spec over a period."""
    return BoardId(
        by=spec.by,
        period=spec.period,
        first=period.first,
        last=period.last,
        measure=spec.measure,
        view=spec.view,
        currency=currency,
        peers=spec.peers or "",
        peer_group=peer_group,
        minimum_orders=spec.minimum_orders,
    )


def rows_of(standings: Sequence[Standing], unit: str) -> list[Row]:
    """Places with their values as they are shown."""
    return [Row(s.rank, s.key, shown(s.value, unit), s.moved) for s in standings]


def encode_snapshot(snapshot: Snapshot) -> bytes:
    """A snapshot as JSON."""
    body: dict[str, Any] = snapshot._asdict()
    body["board"] = snapshot.board._asdict()
    for name in ("as_of", "at"):
        body[name] = _text(body[name])
    for name in ("top", "bottom_for_managers"):
        body[name] = [row._asdict() for row in body[name]]
    return orjson.dumps(body)


def decode_snapshot(value: bytes) -> Snapshot:
    """A snapshot from ``sales.leaderboards``.

    Raises:
        ValueError, TypeError, KeyError: not such a message.
    """
    body = orjson.loads(value)
    board = body["board"]
    board["first"], board["last"] = date.fromisoformat(board["first"]), date.fromisoformat(board["last"])
    body["board"] = BoardId(**board)
    for name in ("as_of", "at"):
        body[name] = _milliseconds(body[name])
    for name in ("top", "bottom_for_managers"):
        body[name] = [Row(**row) for row in body[name]]
    return Snapshot(**body)


def _text(milliseconds: int | None) -> str | None:
    if milliseconds is None:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")


def _milliseconds(text: str | None) -> int | None:
    return None if text is None else round(datetime.fromisoformat(text).timestamp() * 1000)
