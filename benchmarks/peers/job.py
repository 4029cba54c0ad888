"""The job as a peer written in Python does it for one event: validated, placed, split into postings.

The model is Daybook's own. The benchmark's stream holds sales of goods only, so refunds, voids, tips and
foreign currencies, which Daybook's worker is ready for in every event, cost the peers nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import orjson
from pydantic import ValidationError

from daybook.schemas.events import EVENTS, SaleCompleted
from daybook.schemas.lines import SaleLine

QUARTER = 900
"""Seconds in a quarter hour."""

Values = tuple[int, int, int, int]
"""Net sales and tax in minor units, orders, units."""


class Place(NamedTuple):
    """A store's region, and when its business day begins."""

    region: str
    zone: ZoneInfo
    cutoff: timedelta


class Sale(NamedTuple):
    """A valid sale: who it is, where it came from, and what it adds to which total."""

    source: str
    identity: str
    postings: list[tuple[str, Values]]


class Job:
    """Reads events of the stores in a stores file."""

    def __init__(self, stores_file: Path) -> None:
        entries = orjson.loads(stores_file.read_bytes())["stores"]
        self._places = {entry["store_id"]: _place(entry) for entry in entries}

    def read(self, value: bytes) -> Sale | None:
        """The sale in a record's value; None where it is not valid or its store is unknown."""
        try:
            event = EVENTS.validate_json(value)
        except ValidationError:
            return None
        place = self._places.get(event.store_id)
        if place is None or not isinstance(event, SaleCompleted):
            return None
        return Sale(event.source, f"{event.source}|{event.event_id}", _postings(event, place))


def _place(entry: dict[str, object]) -> Place:
    rule = entry["days"][-1]  # type: ignore[index]  # a validated stores file
    hours, minutes = rule["cutoff"].split(":")
    return Place(
        str(entry["region"]), ZoneInfo(rule["zone"]), timedelta(hours=int(hours), minutes=int(minutes))
    )


def _postings(event: SaleCompleted, place: Place) -> list[tuple[str, Values]]:
    quarter = int(event.time.timestamp()) // QUARTER * QUARTER
    tail = f"{_business_date(quarter, place)}|{event.currency}"
    parts: list[tuple[str, Values]] = []
    net = tax = orders = units = 0
    for line in event.lines:
        line_net, sold = _net(line), int(line.amount > 0)
        quantity = int(line.quantity)
        for name in (f"product|{line.product_id}|{tail}", f"category|{line.category}|{tail}"):
            # An order counts once for each product and category in it.
            first = sold if all(name != known for known, _ in parts) else 0
            parts.append((name, (line_net, line.tax, first, quantity)))
        net, tax, units = net + line_net, tax + line.tax, units + quantity
        orders |= sold
    whole = (net, tax, orders, units)
    names = (
        f"store|{event.store_id}|{tail}",
        f"region|{event.region or place.region}|{tail}",
        f"channel|{event.channel.value}|{tail}",
        f"staff|{event.staff[0].staff_id}|{tail}",
        f"store_quarter|{event.store_id}|{quarter}|{tail}",
    )
    return [(name, whole) for name in names] + parts


def _net(line: SaleLine) -> int:
    """Net sales of a goods line: its amount after discount, less the tax inside it."""
    return line.amount - line.discount - (line.tax if line.tax_included else 0)


@cache
def _business_date(quarter: int, place: Place) -> str:
    local = datetime.fromtimestamp(quarter, UTC).astimezone(place.zone)
    return (local - place.cutoff).date().isoformat()
