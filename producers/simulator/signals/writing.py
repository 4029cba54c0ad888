"""Signals as the simulated shops' systems write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final, NamedTuple

import orjson

from daybook.producers.simulator.shops import Shop
from daybook.producers.simulator.stream import SimulatedRecord

Signal = dict[str, Any]
QUARTER: Final = timedelta(minutes=15)


class Writer(NamedTuple):
    """Writes the signals of one store's stretch of time; ``name`` is unique among all stretches."""

    rng: Random
    shop: Shop
    name: str
    began: datetime

    def moment(self) -> datetime:
        """Some instant of the quarter hour."""
        return self.began + timedelta(milliseconds=self.rng.randrange(900_000))

    def signal(self, kind: str, number: str, at: datetime, subject: str, /, **fields: Any) -> Signal:
        """One signal; ``number`` is unique in the stretch."""
        return {
            "schema_version": "1.0",
            "type": kind,
            "source": f"signals.{self.shop.store_id}",
            "event_id": f"{self.name}-{number}",
            "time": at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "subject_id": subject,
            "store_id": self.shop.store_id,
            "channel": "ecommerce" if self.shop.online else "pos",
            **fields,
        }

    def seller(self) -> dict[str, str]:
        """Whom of the staff it concerns; nobody in a shop without."""
        return {"staff_id": self.rng.choice(self.shop.staff)} if self.shop.staff else {}


def published(rng: Random, signal: Signal, note: str) -> list[SimulatedRecord]:
    """A signal's way to the log: a moment after it occurred, sometimes later, now and then twice."""
    at = datetime.fromisoformat(signal["time"]) + timedelta(milliseconds=rng.randrange(60, 700))
    if rng.random() < 0.02:
        at += timedelta(seconds=rng.randrange(20, 1800))
    key, value = str(signal["subject_id"]).encode(), orjson.dumps(signal)
    records = [SimulatedRecord(at, key, value, note)]
    if rng.random() < 0.01:
        records.append(SimulatedRecord(at + timedelta(seconds=rng.randrange(1, 90)), key, value, "repeat"))
    return records
