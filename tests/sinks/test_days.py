"""Days that close, over what the ledger counted and the sink wrote."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from click.testing import CliRunner

from daybook.cli.main import main
from daybook.operations.base import Document, Place
from daybook.operations.days import DayArgs, DaysArgs
from daybook.operations.registry import run
from daybook.operations.totals import TotalsArgs
from daybook.sinks.reading import store_totals
from daybook.sinks.store import Store
from tests.sinks.world import World, busy_day, data_folder, refund, sale, snapshot

DAY = date(2026, 3, 14)
# High Street's day ends at midnight; with eleven hours of grace it closes an hour before the world's noon.
GRACE = 11.0
PARTITION = 1


def told(world: World, store: Store, **more: Any) -> dict[tuple[str, str], Document]:
    """The day of each store and currency, with its journal."""
    args = DayArgs.model_validate({"day": DAY, "grace_hours": GRACE, **more})
    document = run(Place(store, world.calendar), "days-show", args)
    return {(day["store_id"], day["currency"]): dict(day) for day in document["days"]}


def late(world: World) -> None:
    """A sale, a void's worth of refund and a changed order, all after the close."""
    world.publish(sale(40), PARTITION)
    world.publish(refund(41, business_date="2026-03-14"), PARTITION)
    world.publish(snapshot(42, "web-1", 4, 4000), PARTITION)
    world.publish(sale(40), PARTITION)
    world.count()


def test_what_arrives_after_the_close_is_counted_and_journalled(embedded: Store) -> None:
    """All that the busy day holds came after the close: the journal adds up to the totals, entry by entry."""
    world = busy_day()
    late(world)
    world.write(embedded)
    day = told(world, embedded)["high-street", "GBP"]
    net = {(t.store_id, t.currency): t.figures.net for t in store_totals(embedded) if t.business_date == DAY}
    assert day["state"] == "closed"
    assert (day["net_at_close"], day["since"], day["net"]) == (0, net["high-street", "GBP"], day["since"])
    assert sum(entry["net"] for entry in day["journal"]) == day["since"]
    changed = [entry["net"] for entry in day["journal"] if entry["cause"] == "order changed"]
    assert changed == [5000, 500, -1500]
    assert sorted({entry["cause"] for entry in day["journal"]}) == [
        "late refund",
        "late sale",
        "order changed",
    ]


def test_only_what_came_later_is_restated(embedded: Store) -> None:
    """With a grace that ends after the busy day, but before what is late, three events have restated it."""
    world = busy_day()
    before = {key: log[-1].recorded_at for key, log in world.records.items()}
    late(world)
    world.write(embedded)
    closed = datetime.fromtimestamp(max(before.values()) / 1000, UTC)
    grace = (closed - datetime(2026, 3, 15, tzinfo=UTC)) / timedelta(hours=1)
    day = told(world, embedded, grace_hours=grace)["high-street", "GBP"]
    assert [entry["cause"] for entry in day["journal"]] == ["late sale", "late refund", "order changed"]
    assert day["net_at_close"] + day["since"] == day["net"]
    assert day["journal"][2]["net"] == -1500


def test_a_day_is_provisional_until_it_closes(embedded: Store) -> None:
    """Before its close a day has a figure, but none that anybody could have relied on."""
    world = busy_day()
    world.write(embedded)
    args = DaysArgs(first=DAY, last=DAY, grace_hours=GRACE, at=datetime(2026, 3, 15, 10, 59, tzinfo=UTC))
    days = run(Place(embedded, world.calendar), "days-list", args)["days"]
    high_street = next(dict(day) for day in days if day["store_id"] == "high-street")
    assert high_street["state"] == "provisional"
    assert (high_street["net_at_close"], high_street["restatements"]) == (None, 0)
    assert high_street["closes_at"] == "2026-03-15T11:00:00+00:00"


def test_the_totals_say_what_the_list_says(embedded: Store) -> None:
    """State and change since the close are the same in both, for every store and currency."""
    world = busy_day()
    late(world)
    world.write(embedded)
    place = Place(embedded, world.calendar)
    first, last = DAY - timedelta(days=1), DAY + timedelta(days=1)
    listed = run(place, "days-list", DaysArgs(first=first, last=last, grace_hours=GRACE))["days"]
    want = {
        (day["business_date"], day["store_id"], day["currency"]): (day["state"], day["since"], day["net"])
        for day in listed
    }
    assert len(want) >= 3
    args = TotalsArgs(first=first, last=last, grace_hours=GRACE)
    totals = run(place, "totals", args)["totals"]
    told = {
        (row["business_date"], row["store_id"], row["currency"]): (row["state"], row["since"], row["net"])
        for row in totals
    }
    moved = {key: value for key, value in told.items() if key not in want}
    assert {key: told[key] for key in want} == want
    assert set(moved.values()) == {("closed", 0, 0)}, "days that hold nothing but what moved to their origin"
    unknown = run(Place(embedded), "totals", args)["totals"]
    assert {row["state"] for row in unknown} == {None}


def test_the_commands_say_what_has_changed_since(tmp_path: Path) -> None:
    """A list for people says closed and by how much it changed; the journal names cause and event."""
    folder = data_folder(tmp_path, busy_day())
    where = ["--data-dir", str(folder)]
    listed = CliRunner().invoke(main, ["days", "list", "--from", "2026-03-14", "--to", "2026-03-14", *where])
    assert listed.exit_code == 0, listed.output
    assert "closed, +127.46 since" in listed.stdout
    shown = CliRunner().invoke(main, ["days", "show", "2026-03-14", *where])
    assert shown.exit_code == 0, shown.output
    assert "order changed" in shown.stdout
    document = orjson.loads(
        CliRunner()
        .invoke(main, ["days", "list", "--from", "2026-03-01", "--to", "2026-03-31", *where, "--json"])
        .stdout
    )
    assert {day["business_date"] for day in document["days"]} >= {"2026-03-14"}
