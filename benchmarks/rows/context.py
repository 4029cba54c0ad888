"""What all groups of rows share: the broker, how much to run, and a folder for stores files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from benchmarks.kafka import Broker, daybook_topics, delete_topics, fill
from benchmarks.stream import Sent, Shops, stores_of
from daybook.schemas import topics


@dataclass(frozen=True)
class Context:
    """How a run is made: the length of its longest stream, and how often all is repeated."""

    broker: Broker
    folder: Path
    events: int
    rounds: int

    @property
    def bootstrap(self) -> str:
        """The broker's address."""
        return self.broker.bootstrap

    def stores(self, shops: Shops) -> Path:
        """A stores file."""
        path = self.folder / f"stores-{shops.stores}.json"
        path.write_bytes(orjson.dumps(stores_of(shops).model_dump(mode="json")))
        return path

    def refill(self, records: Sequence[Sent]) -> None:
        """Create the source topic anew, with these records in it."""
        delete_topics(self.bootstrap, [topics.EVENTS])
        daybook_topics(self.bootstrap, "bench")
        fill(self.bootstrap, topics.EVENTS, records)


def say(text: str) -> None:
    """A line about how far the run is."""
    print(text, flush=True)
