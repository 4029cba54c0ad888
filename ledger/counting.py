"""What every ledger of a source partition can do, whatever it counts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Protocol

from daybook.ledger.arrivals import Record
from daybook.ledger.messages import PartitionPosition
from daybook.ledger.remembered import Remembered
from daybook.ledger.state import Checkpoint


class LateArrival(Protocol):
    """An arrival that may be a repeat of one whose identity is forgotten."""

    @property
    def identity(self) -> bytes:
        """What tells it from all others."""

    @property
    def record(self) -> Record:
        """As it came."""


class CountingLedger(Protocol):
    """Counts the records of one partition, each once; ``PartitionLedger`` says what each of these means."""

    partition: int
    epoch: int
    position: PartitionPosition
    consecutive_dead: int
    remembered: Remembered

    @property
    def next_offset(self) -> int:
        """The next expected offset of the source partition."""

    @property
    def changed(self) -> bool:
        """Whether there is anything to checkpoint."""

    def decode(self, records: Sequence[Record]) -> Any:
        """The records that are new to this state, decoded; what is given has ``records`` and ``defect``."""

    def unverified(self, batch: Any) -> Sequence[LateArrival]:
        """Late arrivals to be looked up among the raw records."""

    def apply(self, batch: Any, known: Collection[bytes] | None = ()) -> None:
        """Count a batch."""

    def skip_missing(self, offset: int) -> None:
        """Go on at an offset though records before it are lost."""

    def take_checkpoint(self) -> Checkpoint:
        """All changes since the last call."""

    def restore(self, key: bytes, value: bytes) -> None:
        """Take over one changelog record."""

    def adopt_epoch(self, epoch: int) -> None:
        """Go on at the beginning of a source created anew."""
