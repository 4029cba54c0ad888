"""What worker and sink need before they start, and how both are told to end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from daybook.brokers import client_security
from daybook.epochs import read_epoch, read_recorded
from daybook.ledger.calendar import Calendar
from daybook.operations.access import calendar_of
from daybook.operations.base import CannotAct
from daybook.schemas import topics
from daybook.settings import Settings
from daybook.topics import TopicPlan, check_topics, planned_topics


def needed_calendar(settings: Settings) -> Calendar:
    """The stores.

    Raises:
        CannotAct: there are none, or their file is not valid.
    """
    calendar = calendar_of(settings)
    if calendar is None:
        raise CannotAct(
            "Business dates come from the stores file: name it with --stores or DAYBOOK_STORES_FILE."
        )
    return calendar


async def ready_topics(settings: Settings) -> None:
    """Go on only with topics as they have to be.

    Where the number of partitions is not set, the settings get the one that was recorded with the topics.

    Raises:
        CannotAct: one is missing or wrong.
        KafkaUnavailable, KafkaError: Kafka cannot be asked.
    """
    plans = await plans_of(settings)
    if wrong := await check_topics(settings.kafka_bootstrap, plans, client_security(settings)):
        raise CannotAct(f"{wrong[0]} `daybook topics` shows them all, and creates what is missing.")


async def plans_of(settings: Settings, retention: timedelta = timedelta(days=1)) -> list[TopicPlan]:
    """The topics as they have to be. Raises KafkaError where Kafka cannot be asked."""
    if "partitions" not in settings.model_fields_set:
        recorded = await read_recorded(settings.kafka_bootstrap, security=client_security(settings))
        settings.partitions = settings.partitions if recorded is None else recorded.partitions
    return planned_topics(
        partitions=settings.partitions,
        replication_factor=settings.replication_factor,
        application=settings.application,
        retention=retention,
        signal_partitions=await signal_partitions(settings),
    )


async def signal_partitions(settings: Settings) -> int:
    """How many partitions signals have: as was recorded, else as sales. Raises what ``plans_of`` raises."""
    security = client_security(settings)
    recorded = await read_recorded(settings.kafka_bootstrap, topics.SIGNALS, security)
    return settings.partitions if recorded is None else recorded.partitions


async def epoch_of(settings: Settings, topic: str = topics.EVENTS) -> int:
    """The source topic's epoch: as it is set, else as it was recorded when the topic was created.

    Raises:
        CannotAct: neither is known.
        KafkaError: Kafka cannot be asked.
    """
    if settings.epoch is not None and topic == topics.EVENTS:
        return settings.epoch
    epoch = await read_epoch(settings.kafka_bootstrap, topic, client_security(settings))
    if epoch is None:
        raise CannotAct("The source topic has no epoch yet; `daybook topics` records one.")
    return epoch


async def until_told(run: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    """Run something that ends when its event is set; SIGINT and SIGTERM set it."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    await run(stopping)
