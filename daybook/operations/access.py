"""Getting at the data: a server, a data folder of our own, or the running demo that has the folder open."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from daybook.brokers import client_security, secret
from daybook.demo.folder import DataFolder, RunningDemo
from daybook.json_files import FileError
from daybook.ledger.calendar import Calendar
from daybook.operations.base import Args, CannotAct, Document, Place
from daybook.operations.registry import run, sentence
from daybook.producers.client import SalesPublisher
from daybook.producers.records import KafkaUnavailable, OutgoingRecord
from daybook.schemas import topics
from daybook.settings import Settings
from daybook.sinks.errors import StoreBusy, StoreError
from daybook.sinks.store import Store
from daybook.stores import load_calendar

PATH: Final = "/v1/operations/"
_LOG: Final = logging.getLogger(__name__)
_ANSWER_SECONDS: Final = 600.0
_COMMAND_MS: Final = 15_000


def perform(
    settings: Settings, name: str, args: Args, progress: Callable[[int], None] | None = None
) -> Document:
    """Do an operation where the settings say the data is.

    Raises:
        CannotAct: it cannot be reached or done; says what to do in one sentence.
    """
    try:
        with opened(settings) as store:
            extra: dict[str, Any] = {} if progress is None else {"progress": progress}
            if settings.data_dir is None or settings.clickhouse_url is not None:
                extra["publish"] = functools.partial(_publish, settings, topics.EVENTS)
                extra["command"] = functools.partial(
                    send_command, settings.kafka_bootstrap, security=client_security(settings)
                )
                extra["publish_to"] = functools.partial(_publish, settings)
            return run(Place(store, calendar_of(settings), **extra), name, args)
    except StoreBusy as error:
        running = DataFolder(settings.data_dir).running() if settings.data_dir is not None else None
        if running is None:
            raise CannotAct(sentence(error)) from error
        return ask(running, name, args)
    except StoreError as error:
        _LOG.debug("the store cannot be opened", exc_info=True)
        raise CannotAct(sentence(error)) from error


def _publish(settings: Settings, topic: str, records: Sequence[OutgoingRecord]) -> None:
    async def send() -> None:
        security = client_security(settings)
        async with SalesPublisher(settings.kafka_bootstrap, topic=topic, **security) as publisher:
            await publisher.send(records)

    try:
        asyncio.run(send())
    except KafkaUnavailable as error:
        raise CannotAct(
            f"Kafka at {settings.kafka_bootstrap} does not answer; see that it runs, or name it by --kafka."
        ) from error


def send_command(bootstrap: str, command: bytes, security: Mapping[str, Any] | None = None) -> None:
    """Have the watcher and the notifier carry out a command.

    Raises:
        CannotAct: Kafka does not answer.
    """

    async def send() -> None:
        async with AIOKafkaProducer(
            bootstrap_servers=bootstrap, acks="all", request_timeout_ms=_COMMAND_MS, **(security or {})
        ) as producer:
            await producer.send_and_wait(topics.TICKS, command, key=b"command", partition=0)

    try:
        asyncio.run(send())
    except KafkaError as error:
        raise CannotAct(
            f"Kafka at {bootstrap} does not answer; see that it runs, or name it by --bootstrap."
        ) from error


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """The store that the settings name.

    Raises:
        CannotAct: they name none, or a password file that cannot be read, or its driver is not installed.
        StoreError: it cannot be opened.
    """
    if find_spec("clickhouse_connect") is None:
        raise CannotAct("ClickHouse needs more than is installed: pip install 'daybook[sink]'.")
    store = _open(settings)
    try:
        yield store
    finally:
        store.close()


def _open(settings: Settings) -> Store:
    if settings.clickhouse_url is not None:
        file = settings.clickhouse_password_file
        password = "" if file is None else secret(file)
        return Store.over_http(
            settings.clickhouse_url,
            settings.clickhouse_database,
            user=settings.clickhouse_user,
            password=password,
            ca_file=settings.clickhouse_ca_file,
        )
    folder = settings.engine_dir
    if folder is None:
        raise CannotAct(
            "Say where the data is: --data-dir for a demo's folder, or --clickhouse-url for a server."
        )
    if not folder.is_dir():
        raise CannotAct(
            f"There is no data in {folder.parent}; `daybook demo --data-dir` makes such a folder."
        )
    return Store.embedded(folder, settings.clickhouse_database)


def calendar_of(settings: Settings) -> Calendar | None:
    """The stores of the settings' file, or of the one that a demo left in its data folder.

    Raises:
        CannotAct: the file is not valid.
    """
    try:
        path = stores_path(settings)
        return None if path is None else load_calendar(path)
    except FileError as error:
        raise CannotAct(str(error)) from error


def stores_path(settings: Settings) -> Path | None:
    """Which stores file is meant."""
    if settings.stores_file is not None or settings.data_dir is None:
        return settings.stores_file
    left = DataFolder(settings.data_dir).stores_file
    return left if left.is_file() else None


def ask(running: RunningDemo, name: str, args: Args) -> Document:
    """Have a running demo do an operation.

    Raises:
        CannotAct: it gave no answer, or says so itself.
    """
    import httpx  # noqa: PLC0415 - most processes ask no other, and start sooner

    headers = {"Authorization": f"Bearer {running.token}"}
    try:
        answer = httpx.post(
            f"{running.url.rstrip('/')}{PATH}{name}",
            json=args.model_dump(mode="json"),
            headers=headers,
            timeout=_ANSWER_SECONDS,
            trust_env=False,
        )
        body = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise CannotAct(
            "Another process has the data folder open and gives no answer; let it start, or end it."
        ) from error
    if not answer.is_success or not isinstance(body, dict):
        told = body.get("detail") if isinstance(body, dict) else None
        raise CannotAct(
            told if isinstance(told, str) else "The running demo could not do it; its log says why."
        )
    return body
