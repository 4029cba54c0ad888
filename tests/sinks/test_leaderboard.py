"""Leaderboards as an operation and as a command, against a count of the lines by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from daybook.cli.main import main
from daybook.ledger.calendar import Calendar
from daybook.operations.base import CannotAct, Document, Place
from daybook.operations.leaderboard import LeaderboardArgs, _most_stores_day
from daybook.operations.registry import run
from daybook.producers.importers.online_retail import convert, read_rows, stores
from daybook.schemas.codec import encode_event
from daybook.schemas.stores import DayRule, StoreEntry
from daybook.sinks.migrate import migrate
from daybook.sinks.store import Store
from tests.ledger.test_backtest import REAL
from tests.sinks.world import World, busy_day, data_folder, refund
from tests.support.require import need

DAY = date(2026, 3, 14)


def board(place: Place, **asked: object) -> Document:
    """The one board in pounds of the test's day."""
    args = LeaderboardArgs.model_validate({"by": "staff", "day": DAY, **asked})
    document = run(place, "leaderboard", args)
    return next(dict(each) for each in document["boards"] if each["currency"] == "GBP")


def test_a_refund_of_the_next_day_moves_its_own_day_only(embedded: Store) -> None:
    """Ann is before Bob by three to one; what is returned tomorrow takes from tomorrow's board."""
    world = busy_day()
    world.publish(refund(30, time="2026-03-15T10:00:00+00:00", staff=[{"staff_id": "ann"}]))
    world.count()
    world.write(embedded)
    place = Place(embedded, world.calendar)
    today = board(place, bottom=1, own="bob")
    assert [standing["key"] for standing in today["top"]] == ["ann", "bob"]
    assert today["bottom_for_managers"][0]["key"] == today["own"]["key"] == "bob"
    tomorrow = board(place, day=DAY + timedelta(days=1))
    assert tomorrow["top"] == [{"rank": 1, "key": "ann", "value": -(1099 - 183), "moved": 0}]


def test_bottom_lists_are_shown_only_when_asked_for(embedded: Store) -> None:
    """Without the question for it no document holds one, and somebody's own place needs a name."""
    world = busy_day()
    world.write(embedded)
    told = board(Place(embedded, world.calendar))
    assert "bottom_for_managers" not in told
    assert "own" not in told
    with pytest.raises(CannotAct, match="--date"):
        run(Place(embedded), "leaderboard", LeaderboardArgs(by="staff"))


def test_today_is_the_day_that_most_stores_are_at() -> None:
    """One store beyond the date line does not turn everybody's page; of equally many the later day holds."""
    zones = ["Europe/London", "Europe/Paris", "Australia/Sydney", "Asia/Tokyo"]
    stores = [StoreEntry(store_id=zone, days=[DayRule(zone=zone)]) for zone in zones]
    afternoon = datetime(2026, 11, 24, 14, tzinfo=UTC)
    assert _most_stores_day(Calendar(stores[:3]), afternoon) == date(2026, 11, 24)
    later = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
    assert _most_stores_day(Calendar(stores), later) == date(2026, 11, 25)


def test_the_command_shows_a_table_and_a_document(tmp_path: Path) -> None:
    """Amounts as people write them; minor units in JSON; half a range of dates is a usage error."""
    folder = data_folder(tmp_path, busy_day())
    words = ["leaderboard", "--by", "staff", "--date", "2026-03-14", "--data-dir", str(folder)]
    told = CliRunner().invoke(main, [*words, "--top", "1", "--bottom", "1"])
    assert told.exit_code == 0, told.output
    assert "ann" in told.stdout
    assert "2 ranked" in told.stdout
    document = orjson.loads(CliRunner().invoke(main, [*words, "--json"]).stdout)
    assert document["period"] == {"kind": "day", "first": "2026-03-14", "last": "2026-03-14"}
    assert CliRunner().invoke(main, [*words, "--from", "2026-03-01"]).exit_code == 2


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
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
        yield store


@pytest.mark.parametrize(
    "by, column", [("product", "product_id"), ("region", "region"), ("day", "toString(business_date)")]
)
def test_real_top_and_bottom_tens_equal_a_count_of_the_lines(real: Store, by: str, column: str) -> None:
    """Products, countries and days of four months: the same names with the same net, best and last."""
    args = {"by": by, "first": "2010-12-01", "last": "2011-03-31", "top": 10, "bottom": 10}
    document = run(Place(real), "leaderboard", LeaderboardArgs.model_validate(args))
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
