"""From a snapshot of a leaderboard to its rows in ClickHouse: one for each place that is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from daybook.ledger.snapshots import Row as Place
from daybook.ledger.snapshots import Snapshot, decode_snapshot
from daybook.schemas import topics
from daybook.sinks.states import StateRecord, StateTopic
from daybook.sinks.store import Row

COLUMNS: Final = (
    *("ranked_by", "period", "period_first", "period_last", "measure", "view", "currency", "peers"),
    *("peer_group", "minimum_orders", "version", "audience", "place", "rank", "key", "value", "moved"),
    *("unit", "ranked", "left_out", "day_state", "as_of", "made_at"),
)
_NOBODY: Final = Place(0, "", 0, None)


def leaderboard_rows(record: StateRecord) -> list[Row]:
    """The best for everyone, the last for managers, counted from their end; one at place 0 says how many.

    Raises:
        ValueError, TypeError, KeyError: not a snapshot.
    """
    snapshot = decode_snapshot(record.value)
    return [
        *_rows(snapshot, record.version, "everyone", [_NOBODY, *snapshot.top]),
        *_rows(snapshot, record.version, "managers", [_NOBODY, *snapshot.bottom_for_managers])[1:],
    ]


def _rows(snapshot: Snapshot, version: int, audience: str, places: Sequence[Place]) -> list[Row]:
    tail = (snapshot.unit, snapshot.ranked, snapshot.left_out, snapshot.day_state)
    times = (snapshot.as_of, snapshot.at)
    return [
        (*snapshot.board, version, audience, number, *place, *tail, *times)
        for number, place in enumerate(places)
    ]


LEADERBOARDS: Final = StateTopic(topics.LEADERBOARDS, "leaderboards", COLUMNS, leaderboard_rows)
