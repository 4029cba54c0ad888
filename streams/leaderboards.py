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
from daybook.ledger.signals.boards import is_of_signals
from daybook.ledger.signals.live_boards import SignalLiveBoards, dimensions_of
from daybook.ledger.signals.merged import MergedSignals, SignalChange
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
        specs: which boards. Of a measure that ``around`` does not have they are over signals.
        around: stores, staff, measures, targets.
    """

    name = "leaderboards"

    def __init__(self, specs: Sequence[BoardSpec], around: Around) -> None:
        self._specs = specs
        self._around = around
        self._signals: MergedSignals | None = None
        self._boards: LiveBoards | None = None
        self._signal_boards: SignalLiveBoards | None = None
        self._digests: dict[bytes, bytes] = {}
        self._day: date | None = None
        self.news = False
        """Whether totals have changed since boards were told."""

    @property
    def signal_dimensions(self) -> set[str]:
        """The dimensions of signals that its boards are made of."""
        return dimensions_of(self._specs)

    def see(self, signals: MergedSignals) -> None:
        """Keep boards over signals, too, as soon as these are no longer being filled. Call it once."""
        self._signals = signals
        signals.listen(self._told_signals)

    def restore(self, entries: Mapping[bytes, bytes]) -> None:
        """Forget everything, and know what was told last."""
        self._boards, self._signal_boards = None, None
        self._day = None
        self._digests = dict(entries)

    def go_by(self, around: Around) -> None:
        """Go by other staff, measures or targets from now on; boards that look other for it are told."""
        self._around = around
        if self._boards is not None:
            self._boards, self._signal_boards = None, None
            self.news = True

    def told(self, changes: Iterable[Change]) -> None:
        """Take over changes of the merged totals. Before the first tick they are in the view anyway."""
        if self._boards is not None:
            self._boards.told(changes)
            self.news = True

    def _told_signals(self, changes: Sequence[SignalChange]) -> None:
        if self._signal_boards is not None:
            self._signal_boards.told(changes)
            self.news = True

    def on_tick(self, now: datetime, view: MergedTotals, commands: Sequence[Command]) -> Outcome:
        """The boards that look other than they were told, and the entries that say so."""
        del commands
        self._begin(view)
        assert self._boards is not None
        self.news = False
        entries: dict[bytes, bytes | None] = {}
        records = []
        found = self._boards.tick(now)
        if self._signal_boards is not None:
            found += self._signal_boards.tick(now)
        for snapshot in found:
            key, digest = snapshot.board.record_key, _digest(snapshot)
            if self._digests.get(key) != digest:
                self._digests[key] = entries[key] = digest
                records.append(Outgoing(topics.LEADERBOARDS, key, encode_snapshot(snapshot), PLACE))
        complete = self._signals is None or self._signal_boards is not None
        if complete and self._boards.today != self._day:
            self._day = self._boards.today
            entries |= self._over(self._boards)
        return Outcome(entries, records)

    def _begin(self, view: MergedTotals) -> None:
        """Make the boards that are not there yet."""
        if self._boards is not None and (self._signal_boards is not None or self._signals is None):
            return
        around = self._around(view)
        of_signals = [spec for spec in self._specs if is_of_signals(spec.measure, around.measures)]
        if self._boards is None:
            self._boards = LiveBoards([s for s in self._specs if s not in of_signals], view, around)
        if self._signals is not None and not self._signals.filling:
            self._signal_boards = SignalLiveBoards(of_signals, self._signals, around)

    def _over(self, boards: LiveBoards) -> dict[bytes, None]:
        """Forget the boards whose periods are over: nothing is told of them any more."""
        of_signals = self._signal_boards.record_keys() if self._signal_boards is not None else set()
        over = self._digests.keys() - boards.record_keys() - of_signals
        for key in over:
            del self._digests[key]
        return dict.fromkeys(over)


def _digest(snapshot: Snapshot) -> bytes:
    """Of all that a person sees of it."""
    return blake2b(repr(snapshot.content).encode(), digest_size=_DIGEST_BYTES).hexdigest().encode()
