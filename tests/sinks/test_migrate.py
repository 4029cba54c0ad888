from __future__ import annotations

from datetime import date

import pytest

from daybook.sinks import migrate as module
from daybook.sinks.errors import StoreRefused
from daybook.sinks.migrate import Migration, migrate, migrations, missing_migrations
from daybook.sinks.store import Store

TABLES = {
    "alerts",
    "notifications",
    "events",
    "lines",
    "outcomes",
    "totals",
    "positions",
    "dead_letters",
    "migrations",
    "store_clocks",
    "leaderboards",
    "targets",
    "adjustments",
    "projections",
    "awards",
    "award_periods",
    "coaching",
    "cases",
}
SIGNALS = {f"signal_{what}" for what in ("events", "outcomes", "totals", "positions", "dead_letters")}
VIEWS = {
    "calendar",
    "clocks",
    "counted_lines",
    "merged_signals",
    "merged_totals",
    "newest_leaderboards",
    "public_awards",
    "stores",
}


def test_each_is_applied_once(store: Store) -> None:
    """The fixture has applied all of them; a second time there is nothing to do, and all are recorded."""
    assert migrate(store) == []
    recorded = store.rows("SELECT number, name FROM migrations FINAL ORDER BY number")
    assert recorded == [(m.number, m.name) for m in migrations()]
    assert {row[0] for row in store.rows("SHOW TABLES")} == TABLES | SIGNALS | VIEWS


def test_a_changed_migration_is_refused(embedded: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was changed after it had been applied stops everything, by name."""
    first, *others = migrations()
    changed = [first._replace(text=first.text + "-- a second thought\n"), *others]
    monkeypatch.setattr(module, "migrations", lambda: changed)
    with pytest.raises(StoreRefused, match=first.name):
        migrate(embedded)


def test_goes_on_after_a_crash_in_the_middle(embedded: Store) -> None:
    """A migration whose tables are there, but which was not recorded, is run again without harm."""
    embedded.insert("positions", {"partition": [1], "next_offset": [7]})
    embedded.command("DELETE FROM migrations WHERE number = 3")
    assert migrate(embedded) == ["0003_totals_and_positions.sql"]
    assert embedded.value("SELECT next_offset FROM positions") == 7


@pytest.mark.parametrize("statements", [5, 6, 7])
def test_totals_stay_whole_whenever_their_move_is_broken_off(embedded: Store, statements: int) -> None:
    """The table is copied, exchanged and dropped: after any of these steps the file is run again."""
    for day, gross in ((date(2026, 3, 1), 100), (date(2026, 4, 1), 70)):
        head: dict[str, list[object]] = {"book": ["sales"], "dimension": ["store"], "key": ["leeds"]}
        embedded.insert("totals", {**head, "business_date": [day], "gross": [gross]})
    [moving] = [m for m in migrations() if m.name == "0006_boards.sql"]
    for statement in moving.statements[:statements]:
        embedded.command(statement)
    embedded.command("DELETE FROM migrations WHERE number = 6")
    assert migrate(embedded) == [moving.name]
    found = embedded.rows("SELECT business_date, store_id, gross FROM totals FINAL ORDER BY business_date")
    assert found == [(date(2026, 3, 1), "leeds", 100), (date(2026, 4, 1), "leeds", 70)]


def test_statements_are_told_apart() -> None:
    """Comments go, and a semicolon at a line's end parts statements."""
    text = "-- one; two\nCREATE TABLE a\n(x String);\n\nCREATE TABLE b (y String);\n"
    assert Migration(1, "0001_a.sql", text).statements == [
        "CREATE TABLE a\n(x String)",
        "CREATE TABLE b (y String)",
    ]


def test_what_is_missing_is_told_without_a_change(embedded: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing after all are applied; one that is not recorded, by name; all of them without tables."""
    assert missing_migrations(embedded) == []
    embedded.command("DELETE FROM migrations WHERE number = 3")
    assert missing_migrations(embedded) == ["0003_totals_and_positions.sql"]
    first, *others = migrations()
    changed = [first._replace(text=first.text + "-- a second thought\n"), *others]
    with monkeypatch.context() as patch:
        patch.setattr(module, "migrations", lambda: changed)
        with pytest.raises(StoreRefused, match=first.name):
            missing_migrations(embedded)
    embedded.command("DROP TABLE migrations")
    assert missing_migrations(embedded) == [m.name for m in migrations()]
