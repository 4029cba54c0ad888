"""What a worker notes about its checkpoints, for whoever watches it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection

from aiokafka.errors import ProducerFenced

from daybook.ledger.counting import Checkpoint
from daybook.ledger.messages import decode_dead_letter


class Noted:
    """Counters of one process; they begin at zero with it."""

    def __init__(self) -> None:
        self.checkpoints = 0
        self.lost = 0
        """Checkpoints that failed, or of which nobody knows whether they were written."""
        self.fencings = 0
        """Those among them that were refused because another worker had taken over."""
        self.dead_letters: Counter[str] = Counter()
        """By reason."""
        self.defects = 0
        """Batches that a defect kept from being read in columns, and that were counted one by one."""
        self._waiting: dict[int, float] = {}

    def changed(self, partition: int) -> None:
        """A partition has changes that no checkpoint holds."""
        self._waiting.setdefault(partition, time.time())

    def written(self, partition: int, checkpoint: Checkpoint) -> None:
        """A checkpoint has been written."""
        self._waiting.pop(partition, None)
        self.checkpoints += 1
        self.dead_letters.update(decode_dead_letter(value).reason for _, value in checkpoint.dead_letters)

    def failed(self, partition: int, error: BaseException) -> None:
        """A checkpoint has failed; its state is gone."""
        self._waiting.pop(partition, None)
        self.lost += 1
        self.fencings += isinstance(error.__cause__, ProducerFenced)

    def age(self, now: float, owned: Collection[int]) -> float:
        """Seconds since the oldest change of an owned partition that no checkpoint holds.

        ``now`` is ``time.time()``; what another worker has taken over does not wait here any more.
        """
        since = [moment for partition, moment in list(self._waiting.items()) if partition in owned]
        return max(0.0, now - min(since, default=now))
