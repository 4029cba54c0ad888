"""The leaderboards agent: it keeps the boards by what the totals agents tell, and tells what has changed.

Of every board the table holds what was told last, as a digest; so a board that looks as it did is not told
again, not after a restart either. All else comes back from the merged totals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from hashlib import blake2b
from typing import Final

from daybook.ledger.board_rankings import Surroundings
from daybook.ledger.live_boards import LiveBoards
from daybook.ledger.merged import Change, MergedTotals
from daybook.ledger.snapshots import Snapshot, encode_snapshot
from daybook.schemas import topics
from daybook.schemas.leaderboards import BoardSpec
from daybook.schemas.ticks import Command
from daybook.streams.ticks import PLACE, Outcome
from daybook.streams.writer import Outgoing

_DIGEST_BYTES: Final = 16

Around = Callable[[MergedTotals], Surroundings]
"""Makes what boards go by besides totals; asked whenever the boards begin anew."""


class LeaderboardsAgent:
    """Keeps boards live. ``told`` gives it changes as they come, ``on_tick`` tells what they came to.

    Args:
        specs: which boards.
        around: stores, staff, measures, targets.
    """

    name = "leaderboards"

    def __init__(self, specs: Sequence[BoardSpec], around: Around) -> None:
        self._specs = specs
        self._around = around
        self._boards: LiveBoards | None = None
        self._digests: dict[bytes, bytes] = {}
        self._day: date | None = None
        self.news = False
        """Whether totals have changed since boards were told."""

    def restore(self, entries: Mapping[bytes, bytes]) -> None:
        """Forget everything, and know what was told last."""
        self._boards = None
        self._day = None
        self._digests = dict(entries)

    def go_by(self, around: Around) -> None:
        """Go by other staff, measures or targets from now on; boards that look other for it are told."""
        self._around = around
        if self._boards is not None:
            self._boards = None
            self.news = True

    def told(self, changes: Iterable[Change]) -> None:
        """Take over changes of the merged totals. Before the first tick they are in the view anyway."""
        if self._boards is not None:
            self._boards.told(changes)
            self.news = True

    def on_tick(self, now: datetime, view: MergedTotals, commands: Sequence[Command]) -> Outcome:
        """The boards that look other than they were told, and the entries that say so."""
        del commands
        if self._boards is None:
            self._boards = LiveBoards(self._specs, view, self._around(view))
        self.news = False
        entries: dict[bytes, bytes | None] = {}
        records = []
        for snapshot in self._boards.tick(now):
            key, digest = snapshot.board.record_key, _digest(snapshot)
            if self._digests.get(key) != digest:
                self._digests[key] = entries[key] = digest
                records.append(Outgoing(topics.LEADERBOARDS, key, encode_snapshot(snapshot), PLACE))
        if self._boards.today != self._day:
            self._day = self._boards.today
            entries |= self._over()
        return Outcome(entries, records)

    def _over(self) -> dict[bytes, None]:
        """Forget the boards whose periods are over: nothing is told of them any more."""
        assert self._boards is not None
        over = self._digests.keys() - self._boards.record_keys()
        for key in over:
            del self._digests[key]
        return dict.fromkeys(over)


def _digest(snapshot: Snapshot) -> bytes:
    """Of all that a person sees of it."""
    return blake2b(repr(snapshot.content).encode(), digest_size=_DIGEST_BYTES).hexdigest().encode()
