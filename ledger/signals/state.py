"""The signals of one source partition counted, by the same rules as sales.

Everything here is a function of the log: the same records give the same state, however often parts of them
come again and wherever batches are cut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from daybook.ledger.arrivals import MissingRecordsError, Record, internal_problem
from daybook.ledger.calendar import Calendar, UnknownStoreError
from daybook.ledger.messages import PartitionPosition, decode_totals, encode
from daybook.ledger.positions import version
from daybook.ledger.remembered import HOUR_MS, REMEMBER_HOURS, Remembered
from daybook.ledger.signals.arrivals import SignalArrival, SignalBatch, signal_arrival
from daybook.ledger.signals.encoding import decode_bucket, decode_subject, encode_bucket, encode_subject
from daybook.ledger.signals.points import point_lines
from daybook.ledger.signals.subjects import BY_NAME, Subject, SubjectKind, subject_key, with_fact
from daybook.ledger.signals.totals import SignalTotals
from daybook.ledger.state import Checkpoint
from daybook.ledger.uncounted import COUNTED, DEAD, DUPLICATE, SUPERSEDED, Uncounted
from daybook.schemas import topics
from daybook.schemas.codec import Problem, Reason

_POSITION: Final = b"position"
_TOTAL, _SUBJECT, _IDS = b"total|", b"subject|", b"ids|"
_UNVERIFIED: Final = Problem(
    Reason.LATE_UNVERIFIED, "time", "older than 72 hours, and the raw signals cannot be asked"
)
_TOO_MANY: Final = Problem(Reason.OUT_OF_RANGE, "subject_id", "too many signals about one subject")


class SignalLedger:
    """Signal totals, subjects, remembered identities and position of one partition.

    Args:
        partition: the source partition's number.
        epoch: the source topic's epoch.
        calendar: the stores.
        forgetful: whether identities are forgotten after their time; a rebuild keeps them all.
    """

    def __init__(self, partition: int, epoch: int, calendar: Calendar, *, forgetful: bool = True) -> None:
        self.partition = partition
        self.epoch = epoch
        self.calendar = calendar
        self.forgetful = forgetful
        self.totals = SignalTotals()
        self.subjects: dict[str, Subject] = {}
        self.remembered = Remembered()
        self.position = PartitionPosition(epoch, partition, 0, 0, 0, 0, 0, 0, 0)
        self.consecutive_dead = 0
        self._uncounted = Uncounted(partition, topics.SIGNALS)
        self._changed_subjects: set[str] = set()
        self._gone: list[bytes] = []
        self._told = self.position
        self._swept_hour = 0

    @property
    def next_offset(self) -> int:
        """The next expected offset of the source partition."""
        return self.position.next_offset

    @property
    def changed(self) -> bool:
        """Whether there is anything to checkpoint."""
        return self.position is not self._told

    def decode(self, records: Sequence[Record]) -> SignalBatch:
        """The records that are new to this state, decoded.

        Raises:
            MissingRecordsError: they do not begin at, or before, the next expected offset, or have a hole.
        """
        new = [record for record in records if record.offset >= self.next_offset]
        for expected, record in enumerate(new, self.next_offset):
            if record.offset != expected:
                raise MissingRecordsError(expected, record.offset)
        return SignalBatch(new, [signal_arrival(record) for record in new])

    def unverified(self, batch: SignalBatch) -> list[SignalArrival]:
        """Late arrivals whose first may have been forgotten: to be looked up among the raw signals."""
        if not self.remembered.forgotten_before:
            return []
        return [a for a in batch.arrivals if a.late and a.event and a.identity not in self.remembered]

    def apply(self, batch: SignalBatch, known: Collection[bytes] | None = ()) -> None:
        """Count a batch; ``known`` as for sales (``PartitionLedger.apply``)."""
        if not batch.records:
            return
        unverified = {a.identity for a in self.unverified(batch)} if known is None else frozenset()
        tally: Counter[str] = Counter()
        for arrival in batch.arrivals:
            outcome = self._count(arrival, known or (), unverified)
            tally[outcome] += 1
            self.consecutive_dead = self.consecutive_dead + 1 if outcome == DEAD else 0
        self._advance(batch.records[-1], tally)

    def fold(self, records: Sequence[Record]) -> None:
        """Decode and count records whose identities are all remembered."""
        self.apply(self.decode(records))

    def skip_missing(self, offset: int) -> None:
        """Go on at an offset though records before it are lost (the topic's retention took them)."""
        self.position = self.position._replace(
            next_offset=offset, missing=self.position.missing + offset - self.next_offset
        )

    def _count(  # noqa: PLR0911 - one way out for each outcome
        self, new: SignalArrival, known: Collection[bytes], unverified: Collection[bytes]
    ) -> str:
        """Count one arrival, or note why not; the outcome."""
        if new.event is None or new.problem is not None:
            return self._refuse(new, new.problem or internal_problem(None))
        if new.identity in self.remembered or new.identity in known:
            return self._uncounted.note(self.epoch, new.record, DUPLICATE)
        if new.identity in unverified:
            return self._refuse(new, _UNVERIFIED)
        at = version(self.epoch, new.record.offset)
        try:
            outcome = self._post(new, at)
        except UnknownStoreError:
            return self._refuse(new, Problem(Reason.UNKNOWN_STORE, "store_id", "not in the stores file"))
        except OverflowError:
            return self._refuse(new, _TOO_MANY)
        except Exception as error:  # noqa: BLE001 - one bad signal must never stop the good ones
            return self._refuse(new, internal_problem(error))
        self.remembered.add(new.identity, new.record.recorded_at, at)
        return outcome

    def _refuse(self, new: SignalArrival, problem: Problem) -> str:
        subject = new.event.subject_id if new.event else ""
        return self._uncounted.refuse_record(self.epoch, new.record, problem, subject)

    def _post(self, new: SignalArrival, at: int) -> str:
        signal, kind = new.event, new.kind
        if signal is None:
            raise TypeError("nothing to post")
        if kind is None:
            self.totals.add(point_lines(signal, self.calendar), at)
            return COUNTED
        key = subject_key(kind, signal)
        before = self.subjects.get(key)
        fact = kind.fact(signal, self.calendar)
        if kind.lasting and before is not None and before.knows(kind.slot(fact)):
            return self._uncounted.note(self.epoch, new.record, SUPERSEDED)
        after = with_fact(kind, before, fact, new.record.recorded_at // HOUR_MS, self.calendar)
        self._replace(key, before, after, at)
        return COUNTED

    def _replace(self, key: str, before: Subject | None, after: Subject, at: int) -> None:
        if before is None or before.lines != after.lines:
            self.totals.add(before.lines if before else (), at, -1)
            self.totals.add(after.lines, at)
        self.subjects[key] = after
        self._changed_subjects.add(key)

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
            self._forget_subjects(last.recorded_at // HOUR_MS)

    def _forget_subjects(self, hour: int) -> None:
        """Drop subjects that do not last, once nothing of theirs may arrive unverified any more."""
        if hour <= self._swept_hour:
            return
        self._swept_hour = hour
        for key, subject in list(self.subjects.items()):
            if subject.hour < hour - REMEMBER_HOURS and not _kind_of(key).lasting:
                del self.subjects[key]
                self._changed_subjects.discard(key)
                self._gone.append(_SUBJECT + key.encode())

    def take_checkpoint(self) -> Checkpoint:
        """All changes since the last call. Who cannot write them must drop this state and read it again."""
        position = self.position = self.position._replace(forgotten_before=self.remembered.forgotten_before)
        self._told = position
        buckets = [
            (key, encode_bucket(bucket))
            for key, bucket in self.totals.take_changed(self.partition, position.version)
        ]
        told = encode(position)
        subjects = [
            (_SUBJECT + key.encode(), encode_subject(self.subjects[key]))
            for key in sorted(self._changed_subjects)
        ]
        gone: list[tuple[bytes, bytes | None]] = [(key, None) for key in self._gone]
        fresh = self.remembered.take_fresh()
        outcomes, dead = self._uncounted.take()
        self._changed_subjects, self._gone = set(), []
        changelog = [(_TOTAL + key, value) for key, value in buckets]
        return Checkpoint(
            position.next_offset,
            [*changelog, *subjects, *fresh, *gone, (_POSITION, told)],
            [*buckets, (b"position|%d" % self.partition, told)],
            outcomes,
            dead,
        )

    def restore(self, key: bytes, value: bytes) -> None:
        """Take over one changelog record; the last of each key holds."""
        if key.startswith(_TOTAL):
            self.totals.restore(decode_bucket(value))
        elif key.startswith(_IDS):
            self.remembered.restore(key, value)
        elif key.startswith(_SUBJECT):
            self.subjects[key.removeprefix(_SUBJECT).decode()] = decode_subject(value)
        elif key == _POSITION:
            self._restore_position(value)

    def _restore_position(self, value: bytes) -> None:
        position = decode_totals(value)
        if not isinstance(position, PartitionPosition):
            raise TypeError("a bucket under the position's key")
        self.remembered.forgotten_before = position.forgotten_before
        if position.epoch != self.epoch:
            # The source topic was created anew: its offsets begin again, what was counted stays.
            position = position._replace(epoch=self.epoch, next_offset=0)
        self.position = self._told = position

    def adopt_epoch(self, epoch: int) -> None:
        """Go on with this state at the beginning of a source topic created anew."""
        self.epoch = epoch
        self.position = self.position._replace(epoch=epoch, next_offset=0)
        self._told = self.position


def _kind_of(key: str) -> SubjectKind:
    return BY_NAME[key.partition("|")[0]]
