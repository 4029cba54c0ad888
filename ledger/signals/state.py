"""The signals of one source partition counted, by the same rules as sales."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from daybook.ledger.arrivals import Record, Uncountable
from daybook.ledger.calendar import Calendar
from daybook.ledger.counting import TOTAL, Checkpoint, CountingLedger
from daybook.ledger.remembered import HOUR_MS, REMEMBER_HOURS
from daybook.ledger.signals.arrivals import SignalArrival, SignalBatch, signal_arrival
from daybook.ledger.signals.encoding import (
    SUBJECTS,
    decode_bucket,
    decode_subject,
    encode_bucket,
    encode_subject,
)
from daybook.ledger.signals.facts import SignalLine
from daybook.ledger.signals.points import point_lines
from daybook.ledger.signals.subjects import BY_NAME, Subject, SubjectKind, subject_key, with_fact
from daybook.ledger.signals.totals import SignalTotals
from daybook.ledger.uncounted import COUNTED, SUPERSEDED
from daybook.schemas import topics
from daybook.schemas.codec import Problem, Reason
from daybook.schemas.signals.any import Signal

_TOO_MANY: Final = Problem(Reason.OUT_OF_RANGE, "subject_id", "too many signals about one subject")


class Change(NamedTuple):
    """A subject as it was and as it will be; without a new one an older version came later."""

    key: str
    before: Subject | None
    after: Subject | None


class SignalLedger(CountingLedger[SignalArrival, SignalBatch]):
    """Signal totals, subjects, remembered identities and position of one partition.

    Args:
        partition: the source partition's number.
        epoch: the source topic's epoch.
        calendar: the stores.
        forgetful: whether identities are forgotten after their time; a rebuild keeps them all.
    """

    def __init__(self, partition: int, epoch: int, calendar: Calendar, *, forgetful: bool = True) -> None:
        super().__init__(partition, epoch, calendar, topics.SIGNALS, forgetful=forgetful)
        self.totals = SignalTotals()
        self.subjects: dict[str, Subject] = {}
        self._changed_subjects: set[str] = set()
        self._swept_hour = 0

    def decode(self, records: Sequence[Record]) -> SignalBatch:
        """The records that are new to this state, decoded.

        Raises:
            MissingRecordsError: they do not begin at, or before, the next expected offset, or have a hole.
        """
        new = self._new(records)
        return SignalBatch(new, [signal_arrival(record) for record in new])

    def unverified(self, batch: SignalBatch) -> list[SignalArrival]:
        """Late arrivals whose first may have been forgotten: to be looked up among the raw signals."""
        return self._doubtful(batch.arrivals)

    def apply(self, batch: SignalBatch, known: Collection[bytes] | None = ()) -> None:
        """Count a batch; ``known`` as for sales (``PartitionLedger.apply``)."""
        if not batch.records:
            return
        unverified = {a.identity for a in self.unverified(batch)} if known is None else frozenset()
        tally: Counter[str] = Counter()
        for arrival in batch.arrivals:
            self._tell(self._count(arrival, known or (), unverified), tally)
        self._advance(batch.records[-1], tally)
        if self.forgetful:
            self._forget_subjects(batch.records[-1].recorded_at // HOUR_MS)

    def take_checkpoint(self) -> Checkpoint:
        """All changes since the last call. Who cannot write them must drop this state and read it again."""
        at = self._settled().version
        buckets = [
            (key, encode_bucket(bucket)) for key, bucket in self.totals.take_changed(self.partition, at)
        ]
        subjects = [
            (SUBJECTS + key.encode(), encode_subject(self.subjects[key]))
            for key in sorted(self._changed_subjects)
        ]
        self._changed_subjects = set()
        return self._checkpoint(buckets, subjects)

    def _prepare(self, new: SignalArrival) -> list[SignalLine] | Change:
        signal, kind = new.event, new.kind
        if signal is None:
            raise TypeError("nothing to count")
        self._check_place(signal.subject_id, "subject_id", new.record)
        return point_lines(signal, self.calendar) if kind is None else self._change(new, signal, kind)

    def _change(self, new: SignalArrival, signal: Signal, kind: SubjectKind) -> Change:
        key = subject_key(kind, signal)
        before = self.subjects.get(key)
        fact = kind.fact(signal, self.calendar)
        if kind.lasting and before is not None and before.knows(kind.slot(fact)):
            return Change(key, before, None)
        try:
            after = with_fact(kind, before, fact, new.record.recorded_at // HOUR_MS, self.calendar)
        except OverflowError:
            raise Uncountable(_TOO_MANY) from None
        return Change(key, before, after)

    def _post(self, new: SignalArrival, prepared: list[SignalLine] | Change, at: int) -> str:
        if not isinstance(prepared, Change):
            self.totals.add(prepared, at)
            return COUNTED
        key, before, after = prepared
        if after is None:
            return self._uncounted.note(self.epoch, new.record, SUPERSEDED)
        if before is None or before.lines != after.lines:
            self.totals.add(before.lines if before else (), at, -1)
            self.totals.add(after.lines, at)
        self.subjects[key] = after
        self._changed_subjects.add(key)
        return COUNTED

    def _key_of(self, new: SignalArrival) -> str:
        return new.event.subject_id if new.event else ""

    def _forget_subjects(self, hour: int) -> None:
        """Drop subjects that do not last, once nothing of theirs may arrive unverified any more."""
        if hour <= self._swept_hour:
            return
        self._swept_hour = hour
        for key, subject in list(self.subjects.items()):
            if subject.hour < hour - REMEMBER_HOURS and not _kind_of(key).lasting:
                del self.subjects[key]
                self._changed_subjects.discard(key)
                self._gone.append(SUBJECTS + key.encode())

    def _restore_state(self, key: bytes, value: bytes) -> None:
        if key.startswith(TOTAL):
            self.totals.restore(decode_bucket(value))
        elif key.startswith(SUBJECTS):
            self.subjects[key.removeprefix(SUBJECTS).decode()] = decode_subject(value)


def _kind_of(key: str) -> SubjectKind:
    return BY_NAME[key.partition("|")[0]]
