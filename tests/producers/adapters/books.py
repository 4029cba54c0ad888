"""What the ledger makes of adapters' events: for holding them against the payloads' own totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

from daybook.ledger.calendar import Calendar
from daybook.ledger.measures import BASE, MONEY
from daybook.ledger.state import PartitionLedger, Record
from daybook.ledger.totals import merge
from daybook.producers.adapters.contract import (
    AdapterName,
    SecretReference,
    Shop,
    Translation,
    Untranslatable,
)
from daybook.producers.adapters.documents import read_any_json
from daybook.schemas.codec import decode_event, encode_event
from daybook.schemas.events import SaleEvent
from daybook.schemas.stores import DayRule, StoreEntry

SHARED: Final = Path(__file__).parents[4] / "shared" / "payloads"
"""Captured payloads, where they lie beside this checkout; they are not committed."""
EXAMPLES: Final = Path(__file__).parent / "examples"

_CALENDAR: Final = Calendar(
    StoreEntry(store_id=name, days=[DayRule(zone="Europe/London")]) for name in ("web", "quay", "field")
)
_ARRIVED: Final = 1_795_000_000_000


def connection(adapter: AdapterName, **more: Any) -> Shop:
    """A shop of an adapter; its secrets are handed to ``verify`` by the tests."""
    settings = {"source": f"{adapter}:test", "store_id": "web", "secrets": (SecretReference(env="UNUSED"),)}
    return Shop(name="shop", adapter=adapter, **(settings | more))


def example(name: str) -> Any:
    """One of the project's own examples, written by hand after the published formats."""
    return read_any_json((EXAMPLES / f"{name}.json").read_bytes())


def captured_payload(name: str) -> Any:
    """A captured payload, such as stripe/invoice.paid.json."""
    return read_any_json((SHARED / name).read_bytes())


def measures(events: Iterable[SaleEvent], book: str = "sales") -> dict[str, int]:
    """The base measures that events leave in the ledger, over all days, and ``charged``; zeros left out."""
    totals = books(events)
    sums = [0] * len(BASE)
    for (of, _, _, dimension, _), vector in totals.items():
        if of == book and dimension == "store":
            sums = [a + b for a, b in zip(sums, vector, strict=False)]
    named = {name: value for name, value in zip(BASE, sums, strict=True) if value}
    return named | {"charged": sum(sums[: len(MONEY)])}


def books(events: Iterable[SaleEvent]) -> dict[tuple[str, str, str, str, str], list[int]]:
    """All totals that are not zero after these events arrived in this order."""
    ledger = PartitionLedger(0, 100, _CALENDAR)
    ledger.fold([Record(i, _ARRIVED + i, encode_event(event)) for i, event in enumerate(events)])
    assert ledger.position.dead == 0
    return {name: list(vector) for name, vector in merge([ledger.totals]).items() if any(vector)}


def meaning(run: Any) -> Translation | Untranslatable:
    """What a call of an adapter gives: a translation of valid events, or why there is none."""
    try:
        translation: Translation = run()
    except Untranslatable as refused:
        return refused
    assert bool(translation.events) != bool(translation.ignored)
    for event in translation.events:
        assert decode_event(encode_event(event)) == event
    return translation


def changed(payload: Any, path: Sequence[str | int], value: Any) -> Any:
    """A copy of a payload with one place changed."""
    copy = deepcopy(payload)
    place = copy
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return copy


def places(payload: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths of all that a payload holds."""
    inside: list[tuple[str | int, ...]] = []
    if isinstance(payload, Mapping):
        inside = [found for key in payload for found in places(payload[key], (*path, key))]
    elif isinstance(payload, list):
        inside = [found for i, item in enumerate(payload) for found in places(item, (*path, i))]
    return [path, *inside] if path else inside
