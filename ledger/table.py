"""The totals of one business date and dimension, as columns of whole numbers with a row for each key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple
from zlib import crc32

import numpy as np

from daybook.ledger.columns.codes import Flags, Ints
from daybook.ledger.columns.grouping import spans
from daybook.ledger.measures import WIDTH

Change = tuple[int, int]
"""A stored measure's number, and what is added to it."""

_FIRST_ROWS: Final = 8
LARGEST: Final = 2**62
"""Most that a total may come to, in minor units, where many sales are added at once: no sum may wrap."""


class Part(NamedTuple):
    """Some keys' totals as of a version, a row of ``rows`` for each key.

    A row's first number is how far the total's last change lies before that version; then comes a column for
    each of ``measures``, the stored measures that any of the keys has.
    """

    keys: list[str]
    measures: tuple[int, ...]
    rows: Ints

    def entries(self, version: int) -> dict[str, list[int]]:
        """By key its own version and all stored measures."""
        places = [0, *(measure + 1 for measure in self.measures)]
        full = np.zeros((len(self.keys), 1 + WIDTH), np.int64)
        full[:, places] = self.rows
        full[:, 0] = version - self.rows[:, 0]
        return dict(zip(self.keys, full.tolist(), strict=True))


class Table:
    """Totals by key, and which shards of them have changed since they were last taken.

    Args:
        shards: how many parts the keys are divided into; those of a part travel together.
    """

    def __init__(self, shards: int) -> None:
        self.keys: list[str] = []
        self._rows: dict[str, int] = {}
        self._changed = bytearray(shards)
        self._texts: Sequence[str] = ()
        self._row_of_code = np.zeros(0, np.int64)
        self._values: Ints = np.zeros((WIDTH, 0), np.int64)
        self._versions: Ints = np.zeros(0, np.int64)
        self._shard: Ints = np.zeros(0, np.int64)
        self._reserve(_FIRST_ROWS)

    def __len__(self) -> int:
        return len(self.keys)

    def _reserve(self, room: int) -> None:
        """Make room for so many rows. A column is kept in one piece: most sales change a few of them."""
        more = room - len(self._versions)
        self._values = np.concatenate((self._values, np.zeros((WIDTH, more), np.int64)), axis=1)
        self._versions = np.concatenate((self._versions, np.zeros(more, np.int64)))
        self._shard = np.concatenate((self._shard, np.zeros(more, np.int64)))
        self._room = room
        # Single cells are several times as quick to reach this way, and refuse what 64 bits do not hold.
        self._cells = self._values.data.cast("B").cast("q")
        self._version_cells, self._shard_cells = self._versions.data, self._shard.data

    def row(self, key: str) -> int:
        """The row of a key, which has one from now on."""
        found = self._rows.get(key)
        if found is None:
            found = len(self.keys)
            if found == self._room:
                self._reserve(2 * found)
            self._rows[key] = found
            self.keys.append(key)
            self._shard_cells[found] = crc32(key.encode()) % len(self._changed)
        return found

    def add(self, key: str, changes: Iterable[Change], version: int) -> None:
        """Add to some measures of a key.

        Raises:
            ValueError: a measure would leave 64 bits.
        """
        row = self.row(key)
        cells, room = self._cells, self._room
        for measure, value in changes:
            cells[measure * room + row] += value
        self._version_cells[row] = version
        self._changed[self._shard_cells[row]] = 1

    def add_columns(
        self, codes: Ints, texts: Sequence[str], measures: Mapping[int, Ints], versions: Ints
    ) -> None:
        """Add to many keys at once.

        Args:
            codes: the keys, each once, as places in ``texts``.
            texts: the keys' texts; a list that was given before may only have grown.
            measures: by stored measure what is added to each key.
            versions: of each key's change.

        Raises:
            OverflowError: a total would come too close to what 64 bits hold. Nothing has changed then.
        """
        rows = self._rows_of(codes, texts)
        sums = {measure: self._values[measure][rows] + column for measure, column in measures.items()}
        if any(int(np.abs(column).max()) > LARGEST for column in sums.values()):
            raise OverflowError("a total is too large to be added to by the batch")
        for measure, column in sums.items():
            self._values[measure][rows] = column
        # Others of the batch may have been added before, though they stand behind in the log.
        self._versions[rows] = np.maximum(self._versions[rows], versions)
        self._flags()[self._shard[rows]] = True

    def _rows_of(self, codes: Ints, texts: Sequence[str]) -> Ints:
        if texts is not self._texts:
            self._texts, self._row_of_code = texts, np.full(len(texts), -1, np.int64)
        elif (more := len(texts) - len(self._row_of_code)) > 0:
            self._row_of_code = np.concatenate((self._row_of_code, np.full(more, -1, np.int64)))
        rows = self._row_of_code[codes]
        for code in codes[rows < 0].tolist():
            self._row_of_code[code] = self.row(texts[code])
        return self._row_of_code[codes]

    def _flags(self) -> Flags:
        return np.frombuffer(self._changed, np.bool_)

    def take_changed(self, version: int) -> Iterator[tuple[int, Part]]:
        """The shards that have changed since the last call, each with all of its keys as of a version."""
        if 1 not in self._changed:
            return
        shard = self._shard[: len(self.keys)]
        places = np.flatnonzero(self._flags()[shard])
        self._changed = bytearray(len(self._changed))
        places = places[np.argsort(shard[places], kind="stable")]
        keys = [self.keys[place] for place in places.tolist()]
        measures = tuple(np.flatnonzero(self._values.any(axis=1)).tolist())
        rows = np.empty((len(places), 1 + len(measures)), np.int64)
        rows[:, 0] = version - self._versions[places]
        for column, measure in enumerate(measures, 1):
            rows[:, column] = self._values[measure][places]
        for start, end in spans(shard[places]):
            yield int(shard[places[start]]), Part(keys[start:end], measures, rows[start:end])

    def mark_all(self) -> None:
        """Let everything count as changed."""
        self._flags()[self._shard[: len(self.keys)]] = True

    def restore(self, keys: Sequence[str], entries: Sequence[Sequence[int]]) -> None:
        """Take over totals as they were told: to each key its version and all stored measures."""
        rows = np.array([self.row(key) for key in keys], np.int64)
        self._versions[rows] = [entry[0] for entry in entries]
        self._values[:, rows] = np.array([entry[1:] for entry in entries], np.int64).T

    def items(self) -> Iterator[tuple[str, list[int]]]:
        """(key, stored measures) of every total."""
        return zip(self.keys, self._values[:, : len(self.keys)].T.tolist(), strict=True)
