"""Shops and payloads for the tests of the adapters."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson

from daybook.ledger.calendar import Calendar
from daybook.ledger.measures import BASE, Figures, figures
from daybook.ledger.state import PartitionLedger, Record
from daybook.producers.adapters.contract import Shop
from daybook.producers.adapters.documents import read_any_json
from daybook.schemas.codec import encode_event
from daybook.schemas.events import SaleEvent
from daybook.schemas.stores import DayRule, StoreEntry

EXAMPLES: Final = Path(__file__).parent / "examples"
PAYLOADS: Final = Path(__file__).parents[4] / "shared" / "payloads"
"""What the systems really send; beside the checkout where there is any."""
LATER_MS: Final = int(datetime(2026, 3, 20, tzinfo=UTC).timestamp() * 1000)

CALENDAR: Final = Calendar(
    [StoreEntry(store_id=name, days=[DayRule(zone="Europe/London")]) for name in ("web", "till-shop")]
)


def shop(adapter: str, **more: Any) -> Shop:
    """A shop of a system; its key is never read."""
    said = {
        "name": "high-street", "adapter": adapter, "source": f"{adapter}:high-street", "store_id": "web",
        "secrets": [{"env": "KEY"}], **more,
    }  # fmt: skip
    return Shop.model_validate_json(orjson.dumps(said))


def example(path: str) -> Any:
    """One of our own examples, read as a route reads it."""
    return read_any_json((EXAMPLES / path).read_bytes())


def counted(events: Iterable[SaleEvent]) -> PartitionLedger:
    """A ledger with these events, one after the other."""
    made = PartitionLedger(0, 100, CALENDAR)
    made.fold([Record(offset, LATER_MS, encode_event(event)) for offset, event in enumerate(events)])
    return made


def day_totals(ledger: PartitionLedger) -> dict[tuple[str, ...], list[int]]:
    """All totals that are not zero throughout."""
    return {name: vector for name, vector in ledger.totals.items() if any(vector)}


def all_days(ledger: PartitionLedger, book: str = "sales") -> Figures:
    """The stores' figures over all days."""
    vectors = [
        vector[: len(BASE)]
        for name, vector in ledger.totals.items()
        if name[0] == book and name[3] == "store"
    ]
    return figures([*(sum(column) for column in zip(*vectors, strict=True)), *([0] * len(BASE))])
