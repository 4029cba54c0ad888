"""A customer who wants to be forgotten, and rows that are let go of by their age."""

from __future__ import annotations

from datetime import date

import orjson
import pytest
from click.testing import CliRunner

from daybook.cli.main import main
from daybook.schemas.codec import decode_event
from daybook.sinks.errors import RawEventsGone
from daybook.sinks.forgetting import KEPT_AS_THEY_CAME, forget_customer
from daybook.sinks.rebuild import rebuild
from daybook.sinks.reconcile import reconcile
from daybook.sinks.retention import AGES, set_retention
from daybook.sinks.store import Store
from tests.sinks.world import World, sale

ANN, BOB = "a1" * 16, "b2" * 16
FIRST, LAST = date(2026, 3, 13), date(2026, 3, 15)


def business() -> World:
    """Sales to two customers, one written with spaces, and one to an unknown store, a dead letter."""
    world = World()
    world.publish(sale(1, customer=ANN))
    world.publish(sale(2, customer=BOB))
    world.publish(orjson.dumps(sale(3, customer=ANN), option=orjson.OPT_INDENT_2))
    world.publish(sale(4, customer=ANN, store_id="nobody-knows-it"))
    world.count()
    return world


def held(store: Store, customer: str) -> int:
    """Rows of any table that hold a reference."""
    return int(store.value(f"SELECT count() FROM lines WHERE customer = '{customer}'")) + sum(  # noqa: S608 - a test's
        int(store.value(f"SELECT count() FROM {table} WHERE position({column}, '{customer}') > 0"))  # noqa: S608 - a test's
        for table, column in KEPT_AS_THEY_CAME.items()
    )


def by_customer(store: Store) -> list[str]:
    """Whom the lines' second order, by customer, knows."""
    asked = "SELECT DISTINCT customer FROM lines WHERE orders > 0 AND customer != ''"
    rows = store.rows(
        f"{asked} SETTINGS force_optimize_projection = 1, preferred_optimize_projection_name = 'bought'"
    )
    return [str(row[0]) for row in rows]


def test_a_reference_is_nowhere_afterwards_and_nothing_else_has_changed(embedded: Store) -> None:
    """Events stay valid and count the same; the other customer stays; a second time finds nothing."""
    world = business()
    world.write(embedded)
    rebuild(embedded, world.calendar, FIRST, LAST)
    assert forget_customer(embedded, ANN) == {
        "lines": 8, "events": 3, "dead_letters": 1, "signal_events": 0, "signal_dead_letters": 0,
    }  # fmt: skip
    assert (held(embedded, ANN), held(embedded, BOB)) == (0, 1 + 4)
    assert set(by_customer(embedded)) & {ANN, BOB} == {BOB}
    kept = [decode_event(row[0]) for row in embedded.rows("SELECT raw FROM events", binary=["raw"])]
    assert sorted(event.customer or "" for event in kept) == ["", "", "", BOB]
    made = rebuild(embedded, world.calendar, FIRST, LAST)
    assert (made.differences, made.replaced_lines) == ([], 0)
    assert reconcile(embedded) == []
    assert set(forget_customer(embedded, ANN).values()) == {0}


@pytest.mark.parametrize("customer", ["ann@example.com", "A1" * 16, "a1", "' OR 1=1 --"])
def test_what_is_no_reference_is_refused(customer: str) -> None:
    """With a sentence, before anything is asked of ClickHouse."""
    done = CliRunner().invoke(
        main, ["forget", "--customer", customer, "--clickhouse-url", "http://127.0.0.1:9"]
    )
    assert done.exit_code == 2
    assert "lower-case hexadecimal" in done.output


def test_retention_is_set_changed_and_taken_away(embedded: Store) -> None:
    """Every table takes its rule; the same rule again changes nothing; without one rows stay for ever."""
    tables = {table for places in AGES.values() for table, _ in places}
    assert set(set_retention(embedded, dict.fromkeys(AGES, 36500))) == tables
    assert set_retention(embedded, dict.fromkeys(AGES, 36500)) == []
    assert set_retention(embedded, {"projections": 30}) == ["projections"]
    assert set(set_retention(embedded, dict.fromkeys(AGES))) == tables
    assert set_retention(embedded, dict.fromkeys(AGES)) == []


def test_days_are_not_counted_anew_from_less_than_was_counted(embedded: Store) -> None:
    """Once raw events are let go, a rebuild says so and leaves the totals as they are."""
    world = business()
    world.write(embedded)
    before = embedded.rows("SELECT * FROM merged_totals ORDER BY ALL")
    embedded.command("DELETE FROM events WHERE offset = 0")
    with pytest.raises(RawEventsGone, match="no longer kept"):
        rebuild(embedded, world.calendar, FIRST, LAST)
    assert embedded.rows("SELECT * FROM merged_totals ORDER BY ALL") == before
