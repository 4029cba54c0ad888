"""The sink's readings."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from aiokafka.errors import KafkaError

from daybook.metrics import names
from daybook.metrics.endpoint import Reading, single
from daybook.sinks.writer import ClickHouseSink

_LOG: Final = logging.getLogger(__name__)
_ANSWER_SECONDS: Final = 5.0


def readings(sink: ClickHouseSink, loop: asyncio.AbstractEventLoop) -> Callable[[], Iterator[Reading]]:
    """What a sink that runs in a loop tells. The backlog is left out while Kafka cannot be asked."""

    def read() -> Iterator[Reading]:
        since = sink.failing_since
        yield single(names.SINK_FAILING, 0.0 if since is None else max(0.0, time.time() - since))
        backlog: Counter[tuple[str, ...]] = Counter()
        asked = asyncio.run_coroutine_threadsafe(sink.lag(), loop)
        try:
            for place, behind in asked.result(_ANSWER_SECONDS).items():
                backlog[(place.topic,)] += behind
        except (KafkaError, TimeoutError):
            asked.cancel()
            _LOG.debug("the sink's backlog is not known", exc_info=True)
            return
        yield Reading(names.SINK_BACKLOG, backlog)

    return read
