"""Leaderboards of the Online Retail file against SQL over its lines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import orjson
import pytest

from daybook.ledger.calendar import Calendar
from daybook.operations.base import Place
from daybook.operations.leaderboard import LeaderboardArgs
from daybook.operations.registry import run
from daybook.producers.importers.online_retail import convert, read_rows, stores
from daybook.schemas.codec import encode_event
from daybook.sinks.migrate import migrate
from daybook.sinks.store import Store
from tests.ledger.test_backtest import REAL
from tests.sinks.world import World
from tests.support.require import need

SOLD, RETURNED = date(2011, 3, 22), date(2011, 3, 29)
AMOUNT, TAX = 12_000, 0


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Store]]:
    """The Online Retail file, counted and written."""
    if not REAL.exists():
        pytest.skip("the Online Retail file does not lie beside this checkout")
    need("clickhouse")
    world = World(Calendar(stores().stores))
    for event in convert(read_rows(REAL)).events:
        world.publish(encode_event(event))
    world.count()
    with Store.embedded(tmp_path_factory.mktemp("real") / "clickhouse") as store:
        migrate(store)
        world.write(store)
        yield world, store


@pytest.mark.parametrize(
    "by, column", [("product", "product_id"), ("region", "region"), ("day", "toString(business_date)")]
)
def test_real_top_and_bottom_tens_equal_a_count_of_the_lines(
    counted: tuple[World, Store], by: str, column: str
) -> None:
    """Products, countries and days of four months: the same names with the same net, best and last."""
    args = {"by": by, "first": "2010-12-01", "last": "2011-03-31", "top": 10, "bottom": 10}
    _, real = counted
    document = run(Place(real), "leaderboard", LeaderboardArgs.model_validate_json(orjson.dumps(args)))
    (told,) = document["boards"]
    rows = real.rows(
        f"SELECT {column} AS name, sum(gross + discounts + reversals) AS net "  # noqa: S608 - of ours
        "FROM counted_lines WHERE book = 'sales' AND name != '' GROUP BY name"
    )
    values = sorted((int(net) for _, net in rows), reverse=True)
    nets = {str(name): int(net) for name, net in rows}
    for standings, expected in ((told["top"], values[:10]), (told["bottom_for_managers"], values[:-11:-1])):
        assert [standing["value"] for standing in standings] == expected
        assert all(nets[standing["key"]] == standing["value"] for standing in standings)


def test_a_refund_the_next_week_changes_both_days_views_as_defined(counted: tuple[World, Store]) -> None:
    """Of the activity view only the day of the return changes, of the origin view only that of the sale."""
    world, real = counted
    before = _days(real)
    world.publish(orjson.dumps(_a_refund()))
    world.count()
    world.write(real)
    changed = {
        (view, day): value - before[view][day]
        for view, days in _days(real).items()
        for day, value in days.items()
        if value != before[view][day]
    }
    assert changed == {("activity", str(RETURNED)): -AMOUNT, ("origin", str(SOLD)): -AMOUNT}
    for view, day in (("activity", "business_date"), ("origin", "origin_date")):
        rows = real.rows(
            f"SELECT toString({day}), sum(reversals) FROM counted_lines "  # noqa: S608 - a column of ours
            "WHERE type = 'sale.refunded' AND order_id = 'the-refund' GROUP BY 1"
        )
        assert {(view, name): int(value) for name, value in rows}.items() <= changed.items()


def _days(real: Store) -> dict[str, dict[str, int]]:
    """Net by day in either view, as the boards of the two weeks have it."""
    found = {}
    for view in ("activity", "origin"):
        args = {"by": "day", "first": "2011-03-16", "last": "2011-03-31", "view": view, "top": 100}
        document = run(Place(real), "leaderboard", LeaderboardArgs.model_validate_json(orjson.dumps(args)))
        found[view] = {each["key"]: each["value"] for each in document["boards"][0]["top"]}
    return found


def _a_refund() -> dict[str, object]:
    """120.00 of a product, sold on a Tuesday and brought back on the next."""
    (entry,) = stores().stores
    return {
        "schema_version": "1.0", "type": "sale.refunded", "source": "returns", "event_id": "the-refund",
        "order_id": "the-refund", "time": _noon(RETURNED), "origin_time": _noon(SOLD),
        "store_id": entry.store_id, "channel": "ecommerce", "currency": "GBP", "refunded": AMOUNT,
        "lines": [{"product_id": "85123A", "amount": AMOUNT, "tax": TAX}],
    }  # fmt: skip


def _noon(day: date) -> str:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC).isoformat()
