"""The worker's composition: settings, stores, epoch, ClickHouse if there is one, and the Faust app."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import logging
from collections.abc import AsyncIterator, Callable
from typing import Final, TypeVar

from daybook.brokers import client_security
from daybook.faust_running import run_process
from daybook.ledger.calendar import Calendar
from daybook.ledger.counting import AnyLedger
from daybook.ledger.messages import PartitionPosition, decode_totals
from daybook.ledger.regrouping import POSITION
from daybook.ledger.signals.state import SignalLedger
from daybook.ledger.state import PartitionLedger
from daybook.metrics.worker import readings
from daybook.operations.access import opened
from daybook.readiness import epoch_of, needed_calendar, ready_topics, signal_partitions
from daybook.reloading import reloading
from daybook.schemas import topics
from daybook.settings import Settings
from daybook.sinks.raw_events import RawLookup
from daybook.sinks.store import Store
from daybook.streams.app import StreamSettings, Worker
from daybook.streams.totals import LateLookup
from daybook.topics import application_of
from daybook.watched_stores import watched_stores

log = logging.getLogger(__name__)

L = TypeVar("L", bound=AnyLedger)
LEDGERS: Final[dict[topics.Counted, Callable[[int, int, Calendar], AnyLedger]]] = {
    topics.SALES: PartitionLedger,
    topics.SIGNS: SignalLedger,
}


async def run_worker(
    settings: Settings, stopping: asyncio.Event, counted: topics.Counted = topics.SALES
) -> None:
    """Count sales, or signals, until ``stopping`` is set, and end after a last checkpoint.

    Raises:
        CannotAct: something that it needs is not there; says what in one sentence.
        ProcessFailed: it ended by itself.
        KafkaError, KafkaUnavailable: Kafka cannot be reached at the start.
    """
    # A batch keeps thousands of events alive for a moment: at Python's own thresholds that sets off full
    # collections all the time (docs/benchmarks.md).
    gc.set_threshold(100_000, 20, 50)
    calendar = needed_calendar(settings)
    await ready_topics(settings)
    if counted is topics.SIGNS:
        settings.partitions = await signal_partitions(settings)
    epoch = await epoch_of(settings, counted.source)
    ledger = LEDGERS[counted]
    async with _opened_lookup(settings, counted) as lookup, reloading(watched_stores(settings, calendar)):
        worker = Worker(stream_settings(settings, counted), restorer(epoch, calendar, ledger), lookup)
        await run_process(worker, "worker", settings, functools.partial(readings, worker), stopping)


def stream_settings(settings: Settings, counted: topics.Counted = topics.SALES) -> StreamSettings:
    """The stream's part of the settings."""
    return StreamSettings(
        settings.kafka_bootstrap,
        settings.partitions,
        app_id=application_of(settings.application, counted),
        checkpoint_seconds=settings.checkpoint_seconds,
        checkpoint_events=settings.checkpoint_events,
        counted=counted,
        session_timeout=settings.session_timeout,
        stall_seconds=settings.stall_seconds,
        security=client_security(settings),
    )


def restorer(
    epoch: int, calendar: Calendar, kind: Callable[[int, int, Calendar], L]
) -> Callable[[int, dict[bytes, bytes]], L]:
    """Builds ledgers from changelog records, and empties the dict that they come in.

    One of an older epoch goes on at the new topic's beginning.
    """

    def restore(partition: int, raw: dict[bytes, bytes]) -> L:
        if POSITION in raw:
            told = decode_totals(raw[POSITION])
            if isinstance(told, PartitionPosition) and told.epoch > epoch:
                raise ValueError(f"the totals are of epoch {told.epoch}, newer than {epoch}, the source's")
        ledger = kind(partition, epoch, calendar)
        while raw:
            # Record by record out of the dict: both in full at once would take twice the memory.
            ledger.restore(*raw.popitem())
        return ledger

    return restore


@contextlib.asynccontextmanager
async def _opened_lookup(settings: Settings, counted: topics.Counted) -> AsyncIterator[LateLookup | None]:
    if settings.clickhouse_url is None:
        log.warning("No ClickHouse is configured: late events that may be repeats will be dead letters")
        yield None
        return
    with opened(settings) as store:
        yield lookup_of(store, counted)


def lookup_of(store: Store, counted: topics.Counted) -> LateLookup:
    """Who is asked whether late records were seen before."""
    return RawLookup(store, counted)
