"""What the demo publishes: simulated shops as time goes by, or a file from beginning to end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from daybook.producers.importers import online_retail
from daybook.producers.records import OutgoingRecord, Publisher
from daybook.producers.simulator import simulate
from daybook.schemas.codec import encode_event
from daybook.schemas.stores import StoreEntry

BATCH: Final = 500
FORMATS: Final = ("online-retail",)


class FileSource:
    """The events of a file, converted. ``skipped`` counts lines that are no sales, by reason.

    Raises:
        FormatError, OSError: the file cannot be read or is not in the format.
    """

    def __init__(self, path: Path, file_format: str) -> None:
        if file_format not in FORMATS:
            raise ValueError(f"unknown format {file_format}")
        converted = online_retail.convert(online_retail.read_rows(path))
        self.skipped = dict(sorted(converted.skipped.items()))
        self.records = [OutgoingRecord(e.order_id.encode(), encode_event(e)) for e in converted.events]
        self.stores: list[StoreEntry] = online_retail.stores().stores

    async def publish(self, publisher: Publisher, progress: Callable[[int], None]) -> None:
        """Publish all events; ``progress`` is called with how many are acknowledged."""
        for start in range(0, len(self.records), BATCH):
            piece = self.records[start : start + BATCH]
            await publisher.send(piece)
            progress(start + len(piece))


class Shops:
    """Simulated shops: today and yesterday up to now at once, then each sale at its time."""

    def __init__(self, seed: int, rate: float) -> None:
        self._seed = seed
        self._rate = rate

    async def publish_past(
        self, publisher: Publisher, now: datetime, progress: Callable[[int], None]
    ) -> None:
        """Publish the last two days, the newer one first, for that is what people look at."""
        done = 0
        for hours in (24, 48):
            start = now - timedelta(hours=hours)
            past = simulate(self._seed, start, start + timedelta(hours=24), rate=self._rate)
            while piece := [record.outgoing for record in islice(past, BATCH)]:
                await publisher.send(piece)
                done += len(piece)
                progress(done)

    async def publish_live(self, publisher: Publisher, since: datetime) -> None:
        """Publish for ever what is due from ``since`` on, each record at its time."""
        records = simulate(self._seed, since, rate=self._rate)
        due: list[OutgoingRecord] = []
        for record in records:
            delay = (record.at - datetime.now(UTC)).total_seconds()
            if delay > 0 or len(due) >= BATCH:
                await publisher.send(due)
                due = []
                await asyncio.sleep(max(0.0, delay))
            due.append(record.outgoing)
