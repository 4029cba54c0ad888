"""Counting the records of one source partition, each once, whatever they are.

Everything here is a function of the log: the same records give the same state, however often parts of them
come again and wherever batches are cut. Times are those that the log recorded.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, Generic, NamedTuple, TypeVar

from daybook.ledger.arrivals import AnyArrival, MissingRecordsError, Record, Uncountable, internal_problem
from daybook.ledger.calendar import Calendar, UnknownStoreError
from daybook.ledger.messages import PartitionPosition, decode_totals, encode
from daybook.ledger.positions import version
from daybook.ledger.regrouping import KEY as REGROUPED
from daybook.ledger.regrouping import POSITION, Regrouped, decode_regrouped
from daybook.ledger.remembered import Remembered
from daybook.ledger.uncounted import COUNTED, DEAD, DUPLICATE, SUPERSEDED, Uncounted
from daybook.schemas import topics
from daybook.schemas.codec import Problem, Reason

TOTAL: Final = b"total|"
"""What keys of totals begin with in the changelog."""
_IDS: Final = b"ids|"
_UNVERIFIED: Final = Problem(
    Reason.LATE_UNVERIFIED, "time", "older than 72 hours, and the raw records cannot be asked"
)
_MISPLACED: Final = "on the partition of before the topic got more; a replay puts it right"
_UNKNOWN_STORE: Final = Problem(Reason.UNKNOWN_STORE, "store_id", "not in the stores file")


class Checkpoint(NamedTuple):
    """All that one checkpoint writes, in one transaction. A changelog value of None deletes a key."""

    next_offset: int
    changelog: list[tuple[bytes, bytes | None]]
    totals: list[tuple[bytes, bytes]]
    outcomes: bytes | None
    dead_letters: list[tuple[str, bytes]]


A = TypeVar("A", bound=AnyArrival)
B = TypeVar("B")


class CountingLedger(ABC, Generic[A, B]):
    """Remembered identities, position and what was not counted of one partition; totals are its heirs'.

    ``A`` is a decoded record, ``B`` a batch of them, with ``records`` and ``defect``.

    Args:
        partition: the source partition's number.
        epoch: the source topic's epoch.
        calendar: the stores.
        source: the source topic.
        forgetful: whether identities are forgotten after their time; a rebuild keeps them all.
    """

    def __init__(
        self, partition: int, epoch: int, calendar: Calendar, source: str = topics.EVENTS, *, forgetful: bool
    ) -> None:
        self.partition = partition
        self.epoch = epoch
        self.calendar = calendar
        self.forgetful = forgetful
        self.remembered = Remembered()
        self.position = PartitionPosition(epoch, partition, 0, 0, 0, 0, 0, 0, 0)
        self.consecutive_dead = 0
        self._uncounted = Uncounted(partition, source)
        self._gone: list[bytes] = []
        self._regrouped: Regrouped | None = None
        self._told = self.position

    @property
    def next_offset(self) -> int:
        """The next expected offset of the source partition."""
        return self.position.next_offset

    @property
    def changed(self) -> bool:
        """Whether there is anything to checkpoint."""
        return self.position is not self._told

    @abstractmethod
    def decode(self, records: Sequence[Record]) -> B:
        """The records that are new to this state, decoded.

        Raises:
            MissingRecordsError: they do not begin at, or before, the next expected offset, or have a hole.
        """

    @abstractmethod
    def unverified(self, batch: B) -> list[A]:
        """Late arrivals whose first may have been forgotten: to be looked up among the raw records."""

    @abstractmethod
    def apply(self, batch: B, known: Collection[bytes] | None = ()) -> None:
        """Count a batch.

        Args:
            batch: what ``decode`` gave.
            known: identities of ``unverified`` arrivals that stand among the raw records; None if that could
                not be asked, and then those arrivals become dead letters.
        """

    @abstractmethod
    def take_checkpoint(self) -> Checkpoint:
        """All changes since the last call. Who cannot write them must drop this state and read it again."""

    def fold(self, records: Sequence[Record]) -> None:
        """Decode and count records whose identities are all remembered."""
        self.apply(self.decode(records))

    def skip_missing(self, offset: int) -> None:
        """Go on at an offset though records before it are lost (the topic's retention took them)."""
        self.position = self.position._replace(
            next_offset=offset, missing=self.position.missing + offset - self.next_offset
        )

    def restore(self, key: bytes, value: bytes) -> None:
        """Take over one changelog record; the last of each key holds."""
        if key == POSITION:
            self._restore_position(value)
        elif key.startswith(_IDS):
            self.remembered.restore(key, value)
        elif key == REGROUPED:
            self._regrouped = decode_regrouped(value)
        else:
            self._restore_state(key, value)

    def adopt_epoch(self, epoch: int) -> None:
        """Go on with this state at the beginning of a source topic created anew."""
        self.epoch = epoch
        self.position = self.position._replace(epoch=epoch, next_offset=0)
        self._told = self.position

    @abstractmethod
    def _restore_state(self, key: bytes, value: bytes) -> None:
        """Take over a changelog record that is neither the position nor identities."""

    @abstractmethod
    def _prepare(self, new: A) -> Any:
        """What counting this arrival comes to; nothing is changed by it.

        Raises:
            Uncountable, UnknownStoreError: it becomes a dead letter.
        """

    @abstractmethod
    def _post(self, new: A, prepared: Any, at: int) -> str:
        """Count what was prepared as of a version; the outcome."""

    @abstractmethod
    def _key_of(self, new: A) -> str:
        """The record key of a refused arrival; '' where that is not known."""

    def _new(self, records: Sequence[Record]) -> list[Record]:
        """Those not counted yet, which must follow each other (``decode`` says what is raised)."""
        new = [record for record in records if record.offset >= self.next_offset]
        for expected, record in enumerate(new, self.next_offset):
            if record.offset != expected:
                raise MissingRecordsError(expected, record.offset)
        return new

    def _doubtful(self, arrivals: Iterable[A]) -> list[A]:
        if not self.remembered.forgotten_before:
            return []
        return [a for a in arrivals if a.late and a.event and a.identity not in self.remembered]

    def _count(  # noqa: PLR0911 - one way out for each outcome
        self, new: A, known: Collection[bytes], unverified: Collection[bytes]
    ) -> str:
        """Count one arrival, or note why not; the outcome."""
        if new.event is None or new.problem is not None:
            return self._refuse(new, new.problem or internal_problem(None))
        if new.identity in self.remembered or new.identity in known:
            return self._uncounted.note(self.epoch, new.record, DUPLICATE)
        if new.identity in unverified:
            return self._refuse(new, _UNVERIFIED)
        try:
            prepared = self._prepare(new)
        except UnknownStoreError:
            return self._refuse(new, _UNKNOWN_STORE)
        except Uncountable as reason:
            return self._refuse(new, reason.problem)
        except Exception as error:  # noqa: BLE001 - one bad event must never stop the good ones
            return self._refuse(new, internal_problem(error))
        at = version(self.epoch, new.record.offset)
        self.remembered.add(new.identity, new.record.recorded_at, at)
        return self._post(new, prepared, at)

    def _refuse(self, new: A, problem: Problem) -> str:
        return self._uncounted.refuse(self.epoch, new.record, problem, self._key_of(new) if new.event else "")

    def _check_place(self, key: str, field: str, record: Record) -> None:
        """After a regrouping: whether a record of this key may lie here.

        Raises:
            Uncountable: it may not. ``field`` is the key's, in the event.
        """
        if self._regrouped and self._regrouped.misplaced(key, self.partition, record.recorded_at):
            raise Uncountable(Problem(Reason.MISPLACED, field, _MISPLACED))

    def _tell(self, outcome: str, tally: Counter[str]) -> None:
        tally[outcome] += 1
        self.consecutive_dead = self.consecutive_dead + 1 if outcome == DEAD else 0

    def _advance(self, last: Record, tally: Counter[str]) -> None:
        p = self.position
        self.position = p._replace(
            next_offset=last.offset + 1,
            received=p.received + tally.total(),
            counted=p.counted + tally[COUNTED],
            duplicates=p.duplicates + tally[DUPLICATE],
            superseded=p.superseded + tally[SUPERSEDED],
            dead=p.dead + tally[DEAD],
            recorded_at=max(p.recorded_at, last.recorded_at),
        )
        self.remembered.settle()
        if self.forgetful:
            self._gone += self.remembered.forget(last.recorded_at)

    def _settled(self) -> PartitionPosition:
        """The position that a checkpoint tells, which from now on counts as told."""
        self._told = self.position = self.position._replace(forgotten_before=self.remembered.forgotten_before)
        return self._told

    def _checkpoint(
        self, totals: list[tuple[bytes, bytes]], states: Iterable[tuple[bytes, bytes]]
    ) -> Checkpoint:
        """A checkpoint of totals by key, and of other states by their changelog key."""
        told = encode(self._told)
        gone: list[tuple[bytes, bytes | None]] = [(key, None) for key in self._gone]
        self._gone = []
        outcomes, dead = self._uncounted.take()
        return Checkpoint(
            self._told.next_offset,
            [
                *((TOTAL + key, value) for key, value in totals),
                *states,
                *self.remembered.take_fresh(),
                *gone,
                (POSITION, told),
            ],
            [*totals, (b"position|%d" % self.partition, told)],
            outcomes,
            dead,
        )

    def _restore_position(self, value: bytes) -> None:
        position = decode_totals(value)
        if not isinstance(position, PartitionPosition):
            raise TypeError("a bucket under the position's key")
        self.remembered.forgotten_before = position.forgotten_before
        if position.epoch != self.epoch:
            # The source topic was created anew: its offsets begin again, what was counted stays.
            position = position._replace(epoch=self.epoch, next_offset=0)
        self.position = self._told = position


AnyLedger = CountingLedger[Any, Any]
"""A ledger, whatever it counts."""
