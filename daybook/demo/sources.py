"""What the demo publishes: simulated shops as time goes by, or a file from beginning to end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Final, TypeVar

from daybook.demo.folder import DataFolder
from daybook.demo.plant import Plant
from daybook.demo.signals import SignalFlow
from daybook.producers.importers import online_retail
from daybook.producers.records import OutgoingRecord, Publisher
from daybook.producers.simulator import simulate
from daybook.producers.simulator.plainly import plain_days
from daybook.producers.simulator.signals import PlantedCause, signals_of_like_day, simulate_signals
from daybook.producers.simulator.stream import SimulatedRecord
from daybook.schemas.codec import encode_event
from daybook.schemas.stores import StoreEntry

BATCH: Final = 500
SIGNAL_WEEKS: Final = 4
"""As few like days as something usual takes."""
LIKE_WEEKS: Final = range(2, 6)
LATELY: Final = range(7, 1, -1)
"""Days back: the last week before what is simulated sale by sale."""
YEAR_WEEKS: Final = range(52, 55)
"""364 days ago, and so far before that a whole week can be told like for like."""
_Record = TypeVar("_Record")
FORMATS: Final = ("online-retail",)
_AHEAD: Final = 200
_REVENUE: Final = timedelta(days=90)


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

    def __init__(self, seed: int, rate: float, plant: Plant | None = None) -> None:
        """``plant`` is a store whose tills are down for a while."""
        self._seed = seed
        self._rate = rate
        self._plant = plant

    async def publish_past(
        self, publisher: Publisher, now: datetime, progress: Callable[[int], None]
    ) -> None:
        """Publish the last two days, the newer one first, for that is what people look at.

        With a planted shortfall, between them in outline a week and the like days of four weeks before it:
        what is unusual shows only beside what is usual. After them the like days of a year ago.
        """
        done = 0
        outline = chain(
            plain_days(self._seed, now, _with_the_next(LIKE_WEEKS), self._rate),
            plain_days(self._seed, now, LATELY, self._rate, until=now - timedelta(days=2)),
        )
        year = plain_days(self._seed, now, _with_the_next(YEAR_WEEKS), self._rate)
        today, yesterday = (
            (
                record.outgoing
                for record in simulate(self._seed, start, start + timedelta(hours=24), rate=self._rate)
                if self._sells(record)
            )
            for start in (now - timedelta(hours=24), now - timedelta(hours=48))
        )
        whole = (today, outline, yesterday, year)
        for past in whole if self._plant is not None else (today, yesterday):
            while piece := await _next(past, BATCH):
                await publisher.send(piece)
                done += len(piece)
                progress(done)

    async def publish_signals(
        self, flow: SignalFlow, folder: DataFolder, now: datetime, is_there: Callable[[], Awaitable[None]]
    ) -> None:
        """Publish for ever what customers and systems say: the last day at once, then each at its time.

        ``is_there`` is called in between, when all of the past is published.

        Deals and subscriptions begin months before, for they go over as long; with a planted shortfall four
        like days come after the last day. A past that was cut off is published again: the same signals count
        once.
        """
        since = folder.signals_since()
        if since is None:
            past = simulate_signals(
                self._seed,
                now - timedelta(hours=24),
                now,
                rate=self._rate,
                planted=self._causes,
                revenue_from=now - _REVENUE,
            )
            like = chain.from_iterable(
                signals_of_like_day(self._seed, now, back, self._rate)
                for back in range(1, SIGNAL_WEEKS + 1 if self._plant is not None else 1)
            )
            told = chain((record.outgoing for record in past if self._lives(record)), like)
            while piece := await _next(told, BATCH):
                await flow.publisher.send(piece)
            folder.note_signals_since(since := now)
        else:
            since = max(since, flow.newest() or since)
        await is_there()
        live = simulate_signals(self._seed, since, rate=self._rate, planted=self._causes)
        await _live(flow.publisher, live, self._lives)

    @property
    def _causes(self) -> tuple[PlantedCause, ...]:
        return () if self._plant is None else (self._plant.cause,)

    def _lives(self, record: SimulatedRecord) -> bool:
        return self._plant is None or not self._plant.silences(record)

    def _sells(self, record: SimulatedRecord) -> bool:
        return self._plant is None or not self._plant.holds_back(record)

    async def publish_live(self, publisher: Publisher, since: datetime) -> None:
        """Publish for ever what is due from ``since`` on, each record at its time."""
        await _live(publisher, simulate(self._seed, since, rate=self._rate), self._sells)


def _with_the_next(weeks: Iterable[int]) -> list[int]:
    """Days back to like days, and to the days after them: a demo may run past midnight."""
    return [7 * week - further for week in weeks for further in (0, 1)]


async def _next(records: Iterator[_Record], number: int) -> list[_Record]:
    """So many of a stream, made in a thread: what shops do takes a while to make up."""
    return await asyncio.to_thread(lambda: list(islice(records, number)))


async def _live(
    publisher: Publisher, records: Iterator[SimulatedRecord], sent: Callable[[SimulatedRecord], bool]
) -> None:
    due: list[OutgoingRecord] = []
    while piece := await _next(records, _AHEAD):
        for record in piece:
            delay = (record.at - datetime.now(UTC)).total_seconds()
            if delay > 0 or len(due) >= BATCH:
                await publisher.send(due)
                due = []
                await asyncio.sleep(max(0.0, delay))
            if sent(record):
                due.append(record.outgoing)
