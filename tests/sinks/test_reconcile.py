"""Totals against lines."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from daybook.sinks.columns import KEYS
from daybook.sinks.reconcile import reconcile
from daybook.sinks.store import Store
from tests.sinks.world import busy_day, sale

DAY = date(2026, 3, 14)


def test_agrees_on_a_busy_day(store: Store) -> None:
    """What the ledger told and what its lines add up to are the same in every measure and dimension."""
    busy_day().write(store)
    assert reconcile(store) == []
    assert store.value("SELECT count() FROM merged_totals") > 40


def alter(store: Store, where: str, **values: int | str) -> dict[str, Any]:
    """Write a stored total again, altered, at its own version; the row as it was."""
    query = f"SELECT * FROM totals FINAL WHERE {where} ORDER BY ALL LIMIT 1"  # noqa: S608 - a test's own words
    row = store.records(query)[0]
    store.insert("totals", {name: [value] for name, value in (row | values).items()})
    return row


@pytest.mark.parametrize("dimension", list(KEYS))
def test_finds_a_penny_in_each_dimension(embedded: Store, dimension: str) -> None:
    """One minor unit too much in one total is found, and named by dimension, key and measure."""
    busy_day().write(embedded)
    where = f"dimension = '{dimension}' AND book = 'sales' AND business_date = '2026-03-14' AND gross > 0"
    row = embedded.records(f"SELECT * FROM totals FINAL WHERE {where} ORDER BY ALL LIMIT 1")[0]  # noqa: S608
    alter(embedded, where, gross=row["gross"] + 1)
    (found,) = reconcile(embedded)
    assert (found.dimension, found.key, found.measure) == (dimension, row["key"], "gross")
    assert (found.business_date, found.currency) == (DAY, row["currency"])
    assert found.totals - found.lines == 1


@pytest.mark.parametrize("measure", ["reversals_shift", "orders", "units", "tax", "returned_units_shift"])
def test_finds_one_in_each_kind_of_measure(embedded: Store, measure: str) -> None:
    """Counts and origin shifts are held against the lines like money."""
    busy_day().write(embedded)
    query = "SELECT * FROM totals FINAL WHERE dimension = 'store' ORDER BY ALL LIMIT 1"
    alter(embedded, "dimension = 'store'", **{measure: embedded.records(query)[0][measure] - 1})
    (found,) = reconcile(embedded)
    assert (found.measure, found.totals - found.lines) == (measure, -1)


def test_a_date_looks_at_that_date_alone(embedded: Store) -> None:
    """With a date, a difference on another day is not reported."""
    busy_day().write(embedded)
    alter(embedded, "business_date = '2026-03-13'", tips=7)
    assert reconcile(embedded, DAY) == []
    assert [d.measure for d in reconcile(embedded, date(2026, 3, 13))] == ["tips"]


def test_lines_that_are_not_counted_yet_are_left_out(embedded: Store) -> None:
    """Raw events and lines run ahead of the totals; what stands above the position is no difference."""
    world = busy_day()
    world.write(embedded)
    world.publish(sale(99))
    for block in world.events_batch(0, len(world.records[0]) - 1).blocks:
        embedded.insert(block.table, block.columns, block.token)
    assert reconcile(embedded) == []


def test_a_total_without_lines_is_a_difference(embedded: Store) -> None:
    """A total of a key that no line has is reported as found in totals only."""
    busy_day().write(embedded)
    alter(embedded, "dimension = 'staff' AND gross > 0", key="nobody")
    found = reconcile(embedded)
    assert {d.key for d in found} == {"nobody"}
    assert all(d.lines == 0 for d in found)
