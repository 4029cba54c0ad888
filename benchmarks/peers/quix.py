"""quixstreams with its state store (RocksDB and a changelog), checkpoints every five seconds as it comes.

Its state is kept per message key. The key is read as one constant here, so that all totals of a partition
share one state: partial totals without a repartition topic, which its ``group_by`` would need for each
dimension.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import orjson
import quixstreams
from quixstreams import Application, State, message_context
from quixstreams.models import Deserializer

from benchmarks.peers.job import Job
from benchmarks.peers.report import Clock, Task, task


class OneKey(Deserializer):
    """Every message of a partition under one key."""

    def __call__(self, *_: Any, **__: Any) -> str:
        """The key."""
        return "totals"


Stated = dict[tuple[int, str], list[int]]
"""The newest state of each partial total by partition and name: only to report it at the end."""


def build(arguments: Task, clock: Clock, stated: Stated) -> Application:
    """The application."""
    app = Application(
        broker_address=arguments.bootstrap,
        consumer_group=arguments.name,
        auto_offset_reset="earliest",
        state_dir=arguments.folder,
        loglevel="WARNING",
    )
    topic = app.topic(arguments.topic, key_deserializer=OneKey(), value_deserializer="bytes")
    stream = app.dataframe(topic)
    read = Job(arguments.stores).read

    def count(value: bytes, state: State) -> None:
        sale = read(value)
        if sale is None:
            clock.invalid += 1
        elif state.exists(identity := "seen|" + sale.identity):
            clock.repeats += 1
        else:
            state.set(identity, 1)
            partition = message_context().partition
            for name, values in sale.postings:
                known = state.get(name)
                total = [a + b for a, b in zip(known, values, strict=True)] if known else list(values)
                state.set(name, total)
                stated[partition, name] = total
            clock.counted += 1
        if clock.tick():
            app.stop()

    def one_sum(value: bytes, state: State) -> None:
        try:
            body = orjson.loads(value)
            state.set(body["store_id"], state.get(body["store_id"], 0) + body["charged"])
            clock.counted += 1
        except orjson.JSONDecodeError:
            clock.invalid += 1
        if clock.tick():
            app.stop()

    stream.update(one_sum if arguments.one_sum else count, stateful=True)
    return app


def main() -> None:
    """Run until all events are counted and the last checkpoint is written."""
    arguments = task()
    clock = Clock(arguments)
    stated: Stated = {}
    build(arguments, clock, stated).run()
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for (_, name), values in stated.items():
        for place, value in enumerate(values):
            totals[name][place] += value
    clock.report(totals, f"quixstreams {quixstreams.__version__}")


if __name__ == "__main__":
    main()
