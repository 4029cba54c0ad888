"""From a verified delivery to records: a notice gives events, nothing, or a dead letter with its reason."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from daybook.producers.adapters.contract import Delivery, Notice, Untranslatable
from daybook.producers.adapters.documents import UnreadableError
from daybook.producers.adapters.identity import free_text, identifier
from daybook.producers.gateway.requests import request_log
from daybook.producers.hooks.fetching import Fetcher, NotFetchedError
from daybook.producers.hooks.shops import Connection
from daybook.schemas.codec import Problem, Reason, encode_event
from daybook.schemas.signals.any import encode_signal
from daybook.schemas.untranslated import PayloadUntranslated, UntranslatedProblem

_log = request_log(__name__)
_ROUNDS: Final = 5
_MOST_FETCHES: Final = 20
_MOST_PROBLEMS: Final = 20
_NO_PATH: Final = re.compile(r"[^A-Za-z0-9_.\[\]-]")


@dataclass
class Translated:
    """What a delivery has become: (key, bytes) of each record, and what was not to be counted."""

    records: list[tuple[str, bytes]] = field(default_factory=list)
    signals: list[tuple[str, bytes]] = field(default_factory=list)
    events: int = 0
    untranslated: int = 0
    ignored: list[str] = field(default_factory=list)

    def add(self, record: PayloadUntranslated) -> None:
        """Keep what could not be translated."""
        value = record.model_dump_json(exclude_none=True).encode()
        self.records.append((record.order_id or record.event_id, value))
        self.untranslated += 1


async def translated(
    connection: Connection, delivery: Delivery, fetcher: Fetcher, received_at: datetime
) -> Translated:
    """Translate every notice of a delivery.

    Raises:
        NotFetchedError: something that is needed could not be fetched; nothing is to be published.
    """
    found = Translated()
    try:
        notices = connection.adapter.notices(delivery)
    except UnreadableError as error:
        reason = Untranslatable([Problem(Reason.MALFORMED, "", str(error))])
        found.add(_set_aside(connection, Notice("", {}), reason, _Receipt(received_at, delivery.body, 0)))
        return found
    for notice in notices:
        try:
            await _translate(found, connection, notice, fetcher)
        except NotFetchedError:
            raise
        except Exception as error:  # noqa: BLE001 - a shop gives up a route that always fails
            reason = error if isinstance(error, Untranslatable) else _broken(connection, error)
            receipt = _Receipt(received_at, delivery.body, len(found.records))
            found.add(_set_aside(connection, notice, reason, receipt))
    return found


async def _translate(found: Translated, connection: Connection, notice: Notice, fetcher: Fetcher) -> None:
    shop, adapter = connection.shop, connection.adapter
    fetched: dict[str, Any] = {}
    if shop.api_url is not None:
        await _fetch(connection, notice, fetcher, fetched)
    translation = adapter.translate(notice.payload, notice.topic, shop, fetched)
    if translation.ignored:
        found.ignored.append(translation.ignored)
    for event in translation.events:
        found.records.append((event.order_id, encode_event(event)))
        found.events += 1
    found.signals += [(signal.subject_id, encode_signal(signal)) for signal in translation.signals]


async def _fetch(connection: Connection, notice: Notice, fetcher: Fetcher, fetched: dict[str, Any]) -> None:
    for _ in range(_ROUNDS):
        wanted = [
            each
            for each in connection.adapter.wants(notice, connection.shop, fetched)
            if each.name not in fetched
        ]
        if not wanted:
            return
        if len(fetched) + len(wanted) > _MOST_FETCHES:
            raise NotFetchedError(f"{connection.shop.name}: more than {_MOST_FETCHES} things to fetch")
        for each in wanted:
            fetched[each.name] = await fetcher.get(connection, each)
    raise NotFetchedError(f"{connection.shop.name}: fetching came to no end")


def _broken(connection: Connection, error: Exception) -> Untranslatable:
    """An adapter's own fault: it is ours to mend, and the log has all of it."""
    _log.error("The adapter of shop %s failed", connection.shop.name, exc_info=error)
    return Untranslatable.because("", "the adapter failed; the log says how", Reason.INTERNAL)


class _Receipt(NamedTuple):
    """When a delivery came, its body, and which of its records this is: what makes the record's identity."""

    received_at: datetime
    body: bytes
    place: int


def _set_aside(
    connection: Connection, notice: Notice, error: Untranslatable, receipt: _Receipt
) -> PayloadUntranslated:
    """The record that becomes a dead letter: the reasons, and nothing of the payload."""
    digest = hashlib.sha256(receipt.body + b"\0%d" % receipt.place).hexdigest()[:32]
    return PayloadUntranslated(
        source=connection.shop.source,
        event_id=f"untranslated-{digest}",
        time=receipt.received_at,
        adapter=connection.shop.adapter,
        topic=free_text(notice.topic),
        order_id=identifier(error.order_id or "") or None,
        problems=[_told(problem) for problem in error.problems[:_MOST_PROBLEMS]],
    )


def _told(problem: Problem) -> UntranslatedProblem:
    detail = free_text(problem.detail) or "of unknown meaning"
    return UntranslatedProblem(
        code=problem.reason.value, field=_NO_PATH.sub("_", problem.field)[:200], detail=detail
    )
