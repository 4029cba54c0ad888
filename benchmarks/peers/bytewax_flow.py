"""A bytewax dataflow with recovery: validated by the batch, repeats by source, a sum for each total.

Snapshots go to its recovery store every ten seconds, as it comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import version
from typing import Any

import bytewax.operators as op
import orjson
from bytewax._bytewax import cli_main
from bytewax.connectors.kafka import KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.operators import StatefulBatchLogic
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.recovery import RecoveryConfig, init_db_dir

from benchmarks.peers.job import Job, Sale
from benchmarks.peers.report import Clock, Task, task

BATCH = 2_000
_PostingList = list[tuple[str, tuple[int, ...]]]


class Repeats(StatefulBatchLogic[Sale, _PostingList, frozenset[str]]):
    """Lets each event of a source pass once."""

    def __init__(self, clock: Clock, known: frozenset[str] | None) -> None:
        self._clock = clock
        self._known = set(known or ())

    def on_batch(self, values: list[Sale]) -> tuple[Iterable[_PostingList], bool]:
        """The postings of those events that are new."""
        passed = []
        for sale in values:
            if sale.identity in self._known:
                self._clock.repeats += 1
            else:
                self._known.add(sale.identity)
                passed.append(sale.postings)
        self._clock.counted += len(passed)
        return passed, StatefulBatchLogic.RETAIN

    def snapshot(self) -> frozenset[str]:
        """All ids that have passed."""
        return frozenset(self._known)


class Sum(StatefulBatchLogic[tuple[int, ...], tuple[int, ...], tuple[int, ...]]):
    """Adds up a total and tells its new state after each batch."""

    def __init__(self, known: tuple[int, ...] | None) -> None:
        self._total = known

    def on_batch(self, values: list[tuple[int, ...]]) -> tuple[Iterable[tuple[int, ...]], bool]:
        """The total after these."""
        for value in values:
            known = self._total
            self._total = (
                value if known is None else tuple([a + b for a, b in zip(known, value, strict=True)])
            )
        assert self._total is not None
        return [self._total], StatefulBatchLogic.RETAIN

    def snapshot(self) -> tuple[int, ...]:
        """The total."""
        assert self._total is not None
        return self._total


class Newest(DynamicSink[tuple[str, Any]], StatelessSinkPartition[tuple[str, Any]]):
    """Keeps the newest state of each total, for the report."""

    def __init__(self, clock: Clock) -> None:
        self.totals: dict[str, Any] = {}
        self._clock = clock

    def build(self, step_id: str, worker_index: int, worker_count: int) -> Newest:
        """The only partition there is."""
        del step_id, worker_index, worker_count
        return self

    def write_batch(self, items: list[tuple[str, Any]]) -> None:
        """Take new states over."""
        self.totals.update(items)
        self._clock.stop()


def build(arguments: Task, clock: Clock, sink: Newest) -> Dataflow:
    """The dataflow."""
    flow = Dataflow("totals")
    source = KafkaSource([arguments.bootstrap], [arguments.topic], tail=False, batch_size=BATCH)
    messages = op.input("events", flow, source)
    if arguments.one_sum:
        postings = op.flat_map_batch("parse", messages, _parser(clock))
    else:
        sales = op.flat_map_batch("validate", messages, _validator(Job(arguments.stores), clock))
        fresh = op.stateful_batch("repeats", sales, lambda known: Repeats(clock, known))
        postings = op.flat_map_batch("postings", fresh, _spread)
    op.output("newest", op.stateful_batch("totals", postings, Sum), sink)
    return flow


def _validator(job: Job, clock: Clock) -> Any:
    read = job.read

    def validate(messages: list[Any]) -> Iterator[tuple[str, Sale]]:
        for message in messages:
            sale = read(message.value)
            if sale is None:
                clock.invalid += 1
            else:
                yield sale.source, sale
        clock.tick(len(messages))

    return validate


def _spread(keyed: list[tuple[str, _PostingList]]) -> Iterator[tuple[str, tuple[int, ...]]]:
    for _, postings in keyed:
        yield from postings


def _parser(clock: Clock) -> Any:
    def parse(messages: list[Any]) -> Iterator[tuple[str, tuple[int, ...]]]:
        for message in messages:
            try:
                body = orjson.loads(message.value)
                yield body["store_id"], (body["charged"],)
                clock.counted += 1
            except orjson.JSONDecodeError:
                clock.invalid += 1
        clock.tick(len(messages))

    return parse


def main() -> None:
    """Run the flow to the end of the topic."""
    arguments = task()
    clock = Clock(arguments)
    sink = Newest(clock)
    init_db_dir(arguments.folder, 1)
    cli_main(build(arguments, clock, sink), recovery_config=RecoveryConfig(arguments.folder))
    clock.report(sink.totals, f"bytewax {version('bytewax')}")


if __name__ == "__main__":
    main()
