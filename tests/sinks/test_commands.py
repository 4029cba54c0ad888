"""The commands on a store, as a user types them: what is on stdout, and how they end."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from daybook.cli.main import main
from daybook.cli.totals import amount
from daybook.sinks.store import Store
from tests.sinks.world import EPOCH, busy_day, data_folder
from tests.support.require import need


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data folder with a busy day, and nobody in it."""
    return data_folder(tmp_path / "data", busy_day())


def spoil(data_dir: Path) -> None:
    """Take some totals away."""
    with Store.embedded(data_dir / "clickhouse") as store:
        store.command("DELETE FROM totals WHERE dimension = 'staff'")


def daybook(*words: str | Path) -> Result:
    """Run a command."""
    return CliRunner().invoke(main, [str(word) for word in words])


def test_totals_in_words_and_in_json(data_dir: Path) -> None:
    """A table for people, with amounts as people write them; a document for programs, in minor units."""
    told = daybook("totals", "--data-dir", data_dir)
    assert told.exit_code == 0
    assert "142.43" in told.stdout
    assert "18 events received: 13 counted, 3 duplicates, 2 dead letters." in told.stdout
    document = orjson.loads(daybook("totals", "--data-dir", data_dir, "--json").stdout)
    assert 14243 in [row["gross"] for row in document["totals"]]
    limited = orjson.loads(daybook("totals", "--data-dir", data_dir, "--json", "--to", "2026-03-13").stdout)
    assert {row["business_date"] for row in limited["totals"]} == {"2026-03-13"}


def test_reconcile_ends_with_one_if_there_are_differences(data_dir: Path) -> None:
    """0 and a sentence where all agrees, 1 and the differences where not, and rebuild puts it right."""
    agreed = daybook("reconcile", "--data-dir", data_dir)
    assert (agreed.exit_code, agreed.stdout) == (0, "Totals and lines agree.\n")
    spoil(data_dir)
    found = daybook("reconcile", "--data-dir", data_dir, "--date", "2026-03-14")
    assert found.exit_code == 1
    assert "differences" in found.stdout
    as_json = daybook("reconcile", "--data-dir", data_dir, "--json")
    assert as_json.exit_code == 1
    assert {d["dimension"] for d in orjson.loads(as_json.stdout)["differences"]} == {"staff"}
    days = ("--from", "2026-03-13", "--to", "2026-03-14")
    rebuilt = daybook("rebuild", "--data-dir", data_dir, *days)
    assert rebuilt.exit_code == 0
    assert "16 events folded" in rebuilt.stdout
    assert daybook("reconcile", "--data-dir", data_dir).exit_code == 0
    again = orjson.loads(daybook("rebuild", "--data-dir", data_dir, *days, "--json").stdout)
    assert again["differences"] == []


def test_dead_letters(data_dir: Path) -> None:
    """A list with reasons, and one of them with its bytes."""
    listed = daybook("dead-letters", "list", "--data-dir", data_dir)
    assert "unknown_store" in listed.stdout
    assert "malformed_json" in listed.stdout
    none = daybook("dead-letters", "list", "--data-dir", data_dir, "--reason", "too_large")
    assert none.stdout == "There are no dead letters of reason too_large.\n"
    shown = daybook("dead-letters", "show", f"{EPOCH}-1-5", "--data-dir", data_dir)
    assert "\\xff\\xfe no event at all" in shown.stdout


def test_migrate_says_what_it_did(tmp_path: Path) -> None:
    """The names of what was applied, and the next time that nothing is missing."""
    need("clickhouse")
    (tmp_path / "data" / "clickhouse").mkdir(parents=True)
    first = daybook("migrate", "--data-dir", tmp_path / "data")
    assert "0001_raw_events.sql" in first.stdout
    second = daybook("migrate", "--data-dir", tmp_path / "data")
    assert second.stdout == "The database daybook is up to date.\n"


@pytest.mark.parametrize(
    "words, code",
    [
        (("totals", "--from", "yesterday"), 2),
        (("rebuild", "--from", "2026-03-14"), 2),
        (("rebuild", "--from", "2026-03-14", "--to", "2026-03-13"), 2),
        (("dead-letters", "show", "the-last-one"), 2),
        (("alerts", "show", ""), 2),
        (("dead-letters", "show", f"{EPOCH}-0-99"), 3),
    ],
)
def test_how_mistakes_end(data_dir: Path, words: tuple[str, ...], code: int) -> None:
    """2 for wrong usage and 3 for what cannot be done, with a sentence on stderr and nothing on stdout."""
    ended = daybook(*words, "--data-dir", data_dir)
    assert ended.exit_code == code
    assert ended.stdout == ""
    assert ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    "minor, currency, text",
    [
        (120450, "GBP", "1,204.50"),
        (-5, "GBP", "-0.05"),
        (1234, "JPY", "1,234"),
        (-1234567, "KWD", "-1,234.567"),
        (0, "EUR", "0.00"),
    ],
)
def test_amounts_by_the_exponent_of_their_currency(minor: int, currency: str, text: str) -> None:
    """Two, none or three digits, the sign before the whole."""
    assert amount(minor, currency) == text
