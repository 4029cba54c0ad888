"""A month of simulated sales, asked as boards ask, and its lines to add up by hand."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from daybook.dashboards import queries
from daybook.dashboards.queries.filling import Choice, Window, filled
from daybook.sinks.rows import SourceRecord
from daybook.sinks.store import Store
from tests.dashboards import stopped
from tests.sinks.world import World

DAYS: Final = 33
NOW: Final = datetime.now(UTC)
"""When all is asked, however long the tests take: see ``stopped``."""
BOARD: Final = sorted(
    name for name in queries.names() if "$" in queries.load(name) or re.match("variable|trust|oncall", name)
)
PAGE: Final = sorted(set(queries.names()) - set(BOARD))
"""The queries that take ClickHouse's own parameters: those of the live page, and the rule for freshness."""
PLOTTED: Final = re.compile(
    r"(Nullable\()?(String|Float64|U?Int(8|16|32|64)|Decimal\(38, 4\)|DateTime(64)?(\([^)]*\))?)\)?"
    r"|LowCardinality\(String\)"
)
"""Types that the plugin turns into a field which a panel can draw or show as text."""


class Past(World):
    """A world whose log took each event when it was published."""

    def log(self, at: datetime, value: bytes, key: bytes) -> None:
        """Put an event at the end of its key's partition."""
        partition = sum(key) % 2
        records = self.records[partition]
        milliseconds = int(at.timestamp() * 1000)
        records.append(SourceRecord(partition, len(records), milliseconds, value, at.isoformat()))


def ask(asked: Store, name: str, /, **changes: Any) -> list[dict[str, Any]]:
    """The rows of a query at ``NOW``, everything filled in; amounts in minor units unless said otherwise."""
    own = {key: changes.pop(key) for key in list(changes) if key in Choice.__dataclass_fields__}
    choice = Choice(**{"currency": "GBP", **own}, others=changes)
    window = Window(NOW - timedelta(days=DAYS), NOW, 3600)
    return asked.records(stopped.at(filled(queries.load(name), choice.variables(), window), NOW))


def lines(store: Store, currency: str = "GBP") -> list[dict[str, Any]]:
    """Every counted line of the book of sales, for adding up in Python."""
    found = store.records(
        "SELECT * FROM counted_lines WHERE book = 'sales' AND currency = {c:String}", {"c": currency}
    )
    assert found
    return found


def net(line: dict[str, Any]) -> int:
    """A line's net sales."""
    return int(line["gross"] + line["discounts"] + line["reversals"])


def page_parameters(stores: list[str], day: date, products: list[str]) -> dict[str, dict[str, Any]]:
    """What each query of the page is asked with, by its name: stores on a date and the one before.

    A query with a parameter of a new name wants a value for it here.
    """
    both = [day, day - timedelta(days=1)]
    values = {
        "stores": [store for store in stores for _ in both],
        "dates": [each for _ in stores for each in both],
        "products": products,
        **dict.fromkeys(("from", "first"), both[1]),
        **dict.fromkeys(("to", "last"), both[0]),
        "since_ms": 0,
        "now_ms": int(NOW.timestamp() * 1000),
        "every": False,
        "own": "",
        "limit": 5,
    }
    return {
        name: {found: values[found] for found in re.findall(r"\{(\w+):", queries.load(name))} for name in PAGE
    }


def asked_as_the_page(store: Store, day: date) -> dict[str, list[dict[str, Any]]]:
    """The rows of every query of the page, of all stores on a date."""
    stores = [str(row[0]) for row in store.rows("SELECT store_id FROM stores ORDER BY store_id")]
    parameters = page_parameters(stores, day, ["mug"])
    return {
        name: store.records(stopped.at(queries.load(name), NOW), given) for name, given in parameters.items()
    }
