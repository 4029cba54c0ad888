"""Whether worker, sink, watcher and notifier run, and whether those that decide by ticks do so."""

from __future__ import annotations

import time
from typing import Final, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from daybook.doctor.findings import Finding, ok, skipped, warning, wrong
from daybook.emergency import read_stop
from daybook.groups import NOTIFIERS, WATCHERS, committed_by, members_of
from daybook.readiness import signal_partitions
from daybook.schemas import topics
from daybook.settings import Settings
from daybook.topics import signals_application

MANY_WAIT: Final = 100_000
"""Records that may wait without a word."""
_SILENT_TICKS: Final = 6
_SILENT_SECONDS: Final = 60.0
_TICKS: Final = TopicPartition(topics.TICKS, 0)


class _Ticking(NamedTuple):
    """One that goes by ticks: its command, its group, what stands still without it, whether it is wanted."""

    command: str
    role: str
    without: str
    wanted: bool


async def process_findings(
    settings: Settings, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer
) -> list[Finding]:
    """Findings about processes, told by their consumer groups: wherever they run, they are seen.

    ``admin`` and ``consumer`` are connected; the consumer is assigned anew. Bound it: it may wait.

    Raises:
        KafkaError: Kafka cannot be asked.
    """
    stop = await read_stop(settings)
    if stop is not None:
        says = f"{stop.by} has stopped everything since {stop.since}: {stop.reason}"
        return [wrong("emergency stop", says, "`daybook resume` lifts it.")]
    with_rules = settings.rules_file is not None
    ticking = (
        _Ticking("watcher", WATCHERS, "Leaderboards, projections and alerts stand still", wanted=True),
        _Ticking("notifier", NOTIFIERS, "Nobody is told of an alert", wanted=with_rules),
    )
    return [
        await _counting(admin, "worker", settings.application, "Nothing is counted"),
        await _counting(admin, "sink", settings.sink_group, "Nothing is written to ClickHouse"),
        await _signals(settings, admin, consumer),
        *[await _deciding(settings, admin, consumer, each) for each in ticking],
    ]


async def _counting(admin: AIOKafkaAdminClient, command: str, group: str, without: str) -> Finding:
    if count := await members_of(admin, group):
        return ok(command, _running(count, command))
    return wrong(command, f"No {command} runs. {without}.", f"Start `daybook {command}`.")


async def _signals(settings: Settings, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer) -> Finding:
    check, group = "signals worker", signals_application(settings.application)
    count = await members_of(admin, group)
    places = [TopicPartition(topics.SIGNALS, number) for number in range(await signal_partitions(settings))]
    ends = await consumer.end_offsets(places)
    begins = await consumer.beginning_offsets(places)
    committed = await committed_by(admin, group, places)
    waiting = sum(max(0, int(ends[p]) - max(int(begins[p]), committed[p])) for p in places)
    if count and waiting <= MANY_WAIT:
        return ok(check, f"{_running(count, check)[:-1]}, {waiting:,} signals wait.")
    if count:
        do = "Start further ones up to the number of partitions, and look at their logs."
        return warning(check, f"{_running(count, check)[:-1]}, and {waiting:,} signals wait.", do)
    if not waiting:
        return skipped(check, "None runs, and no signal waits.")
    return wrong(check, f"None runs, and {waiting:,} signals wait.", "Start `daybook worker --of signals`.")


async def _deciding(
    settings: Settings, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer, told: _Ticking
) -> Finding:
    group, do = f"{settings.application}-{told.role}", f"Start `daybook {told.command}`."
    count = await members_of(admin, group)
    committed = (await committed_by(admin, group, [_TICKS]))[_TICKS]
    if not count and committed < 0:
        if told.wanted:
            return warning(told.command, f"No {told.command} has ever run. {told.without}.", do)
        return skipped(told.command, f"No {told.command} has ever run, and no rules file is named.")
    if not count:
        return wrong(told.command, f"No {told.command} runs any more. {told.without}.", do)
    silent = await _silent_for(consumer, committed)
    if silent is not None and silent > max(_SILENT_SECONDS, _SILENT_TICKS * settings.tick_seconds):
        says = f"{_running(count, told.command)[:-1]}, but has not decided for {silent:,.0f} s."
        return wrong(told.command, says, "Look at its log, and start it again.")
    return ok(told.command, _running(count, told.command))


async def _silent_for(consumer: AIOKafkaConsumer, committed: int) -> float | None:
    """Age in seconds of the first tick that is not taken, or of the newest if all are; None without one."""
    end = int((await consumer.end_offsets([_TICKS]))[_TICKS])
    begin = int((await consumer.beginning_offsets([_TICKS]))[_TICKS])
    if begin >= end:
        return None
    consumer.assign([_TICKS])
    consumer.seek(_TICKS, max(begin, min(committed, end - 1)))
    for records in (await consumer.getmany(_TICKS, timeout_ms=2000, max_records=1)).values():
        return max(0.0, time.time() - float(records[0].timestamp) / 1000)
    return None


def _running(count: int, what: str) -> str:
    return f"1 {what} runs." if count == 1 else f"{count} {what}s run."
