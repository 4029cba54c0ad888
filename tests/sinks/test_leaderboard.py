"""Leaderboards as an operation and as a command, against a count of the lines by themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import get_args

import orjson
import pytest
from click.testing import CliRunner

from daybook.cli.main import main
from daybook.ledger.calendar import Calendar
from daybook.ledger.leaderboards import main_date
from daybook.operations.base import CannotAct, Document, Place
from daybook.operations.days import DayArgs
from daybook.operations.leaderboard import LeaderboardArgs
from daybook.operations.registry import run
from daybook.schemas.opening import OpeningHours
from daybook.schemas.rounding import divide
from daybook.schemas.staff import StaffEntry
from daybook.schemas.stores import DayRule, StoreEntry
from daybook.schemas.targets import Target
from daybook.sinks.store import Store
from tests.sinks.world import busy_day, data_folder, refund, sale

DAY = date(2026, 3, 14)


def board(place: Place, **asked: object) -> Document:
    """The one board in pounds of the test's day."""
    args = LeaderboardArgs.model_validate_json(orjson.dumps({"by": "staff", "day": DAY, **asked}))
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


def test_a_return_counts_on_either_day_of_its_original_seller(embedded: Store) -> None:
    """By activity it takes from the day of the return, by origin from that of the sale: always from Ann."""
    world = busy_day()
    sold_on = DAY - timedelta(days=7)
    world.publish(sale(50, time="2026-03-07T10:00:00+00:00", staff=[{"staff_id": "ann"}]))
    world.count()
    world.write(embedded)
    place = Place(embedded, world.calendar)
    days = [(view, day) for view in ("activity", "origin") for day in (sold_on, DAY)]
    before = {(view, day): _value(board(place, view=view, day=day), "ann") for view, day in days}
    back = refund(30, time="2026-03-14T10:00:00+00:00", origin_time="2026-03-07T10:00:00+00:00")
    world.publish(back | {"staff": [{"staff_id": "ann"}]})
    world.count()
    world.write(embedded)
    after = {(view, day): _value(board(place, view=view, day=day), "ann") for view, day in days}
    taken = {name: before[name] - value for name, value in after.items() if value != before[name]}
    assert taken == {("activity", DAY): 1099 - 183, ("origin", sold_on): 1099 - 183}
    both = [board(place, view=view, first=sold_on, last=DAY)["top"] for view in ("activity", "origin")]
    assert _value({"top": both[0]}, "ann") == _value({"top": both[1]}, "ann")


def test_campaigns_are_ranked_by_the_sales_that_name_them(embedded: Store) -> None:
    """By activity a return takes from its own day, by origin from that of the sale; no campaign, no place."""
    world = busy_day()
    for number, campaign in ((50, "letter"), (51, "letter"), (52, "window")):
        world.publish(sale(number, time="2026-03-07T10:00:00+00:00", campaign=campaign))
    world.publish(
        refund(
            30, time="2026-03-14T10:00:00+00:00", origin_time="2026-03-07T10:00:00+00:00", campaign="letter"
        )
    )
    world.count()
    world.write(embedded)
    for view, last, net in (("activity", 7, 2332), ("activity", 14, 1416), ("origin", 7, 1416)):
        told = board(Place(embedded), by="campaign", view=view, first="2026-03-07", last=f"2026-03-{last:02}")
        assert [(each["key"], each["value"]) for each in told["top"]] == [("letter", net), ("window", 1166)]


def _value(told: Document, key: str) -> int:
    """What somebody stands at."""
    return next(int(standing["value"]) for standing in told["top"] if standing["key"] == key)


STAFF: list[dict[str, object]] = [
    {
        "staff_id": "ann", "name": "Ann from Leeds", "home_store": "high-street", "peer_group": "full time",
        "teams": [{"team": "Blue"}, {"valid_from": "2026-03-14", "team": "Red"}],
    },
    {"staff_id": "bob", "home_store": "high-street", "teams": [{"team": "Blue"}]},
]  # fmt: skip


def test_a_team_has_what_its_members_sold_while_they_were_in_it(embedded: Store) -> None:
    """Ann changes teams on the day: what she sold before stays with the old one; all add up to the staff."""
    world = busy_day()
    world.publish(sale(50, time="2026-03-13T10:00:00+00:00", staff=[{"staff_id": "ann"}]))
    world.count()
    world.write(embedded)
    place = Place(embedded, world.calendar)
    staff = board(place)
    teams = board(place, by="team", staff=STAFF)
    assert {each["key"]: each["value"] for each in teams["top"]} == {
        "Red": _value(staff, "ann"),
        "Blue": _value(staff, "bob"),
    }
    yesterday = board(place, by="team", staff=STAFF, day=DAY - timedelta(days=1))
    assert [each["key"] for each in yesterday["top"]] == ["Blue"]
    week = board(place, by="team", staff=STAFF, period="week")
    assert _value(week, "Blue") == _value(yesterday, "Blue") + _value(teams, "Blue")
    named = board(place, staff=STAFF)["top"][0]
    assert (named["key"], named["name"]) == ("ann", "Ann from Leeds")


def test_peers_are_ranked_among_themselves(embedded: Store) -> None:
    """A board for each peer group; who is in none of them is on no board."""
    world = busy_day()
    world.write(embedded)
    document = run(
        Place(embedded, world.calendar),
        "leaderboard",
        LeaderboardArgs(
            by="staff",
            day=DAY,
            peers="peer_group",
            staff=[StaffEntry.model_validate_json(orjson.dumps(e)) for e in STAFF],
        ),
    )
    pounds = [each for each in document["boards"] if each["currency"] == "GBP"]
    assert [(each["peer_group"], [s["key"] for s in each["top"]]) for each in pounds] == [
        ("full time", ["ann"])
    ]
    by_region = run(
        Place(embedded, world.calendar),
        "leaderboard",
        LeaderboardArgs(by="store", day=DAY, peers="region"),
    )
    assert {each["peer_group"] for each in by_region["boards"]} == {"north", "south"}
    with pytest.raises(ValueError, match="staff by store, region, team, peer_group"):
        LeaderboardArgs.model_validate({"by": "product", "peers": "region"})


def test_people_are_ranked_by_how_much_of_their_target_they_reach(embedded: Store) -> None:
    """Bob sells less than Ann and more of what he is meant to; who has no target is left out."""
    world = busy_day()
    world.write(embedded)
    target = {
        "currency": "GBP", "period": "day", "first": "2026-01-01",
        "set_at": "2026-01-01T00:00:00Z", "reason": "budget", "scope": "staff",
    }  # fmt: skip
    targets = [{**target, "key": "ann", "amount": 100_000}, {**target, "key": "bob", "amount": 1_000}]
    place = Place(embedded, world.calendar)
    net = {each["key"]: each["value"] for each in board(place)["top"]}
    told = board(place, measure="attainment", targets=targets)
    assert [each["key"] for each in told["top"]] == ["bob", "ann"]
    assert told["top"][0]["value"] == net["bob"] * 1_000
    week = board(place, measure="attainment", targets=targets, period="week")
    assert week["top"][0]["value"] == divide(net["bob"] * 1_000_000, 7_000)
    assert board(place, measure="attainment", targets=targets[:1])["left_out"] == 1
    with pytest.raises(CannotAct, match="--targets"):
        board(place, measure="attainment")
    with pytest.raises(CannotAct, match="Targets are those of"):
        board(place, measure="attainment", by="product", targets=targets)


def test_stores_are_ranked_by_what_an_open_hour_brings(embedded: Store) -> None:
    """Net by hours open so far: half a day counts half. A store of which no hours are known is left out."""
    world = busy_day()
    hours = [{"saturday": [{"opens": "09:00", "closes": "17:00"}]}]
    opening = [OpeningHours.model_validate_json(orjson.dumps(each)) for each in hours]
    high_street, night_bar = world.calendar.stores
    known = [high_street.model_copy(update={"opening": opening}), night_bar]
    world.write(embedded)
    place = Place(embedded, Calendar(known))
    net = _value(board(place, by="store"), "high-street")
    asked = {"by": "store", "measure": "net_per_hour"}
    evening = board(place, **asked, at="2026-03-14T23:00:00+00:00")
    assert _value(evening, "high-street") == divide(net, 8)
    noon = board(place, **asked, at="2026-03-14T12:59:59+00:00")
    assert _value(noon, "high-street") == divide(net, 4)
    assert evening["left_out"] == 1
    staff = board(place, measure="net_per_hour", staff=STAFF, at="2026-03-14T23:00:00+00:00")
    assert _value(staff, "ann") == divide(_value(board(place), "ann"), 8)
    with pytest.raises(CannotAct, match="Open hours"):
        board(place, by="product", measure="net_per_hour")


def test_measures_of_ones_own_rank_too(embedded: Store) -> None:
    """A measure of the measures file is ranked exactly; one that nobody knows is refused with those known."""
    world = busy_day()
    world.write(embedded)
    place = Place(embedded, world.calendar)
    custom = [{"name": "kept", "expression": "gross + reversals"}]
    told = board(place, by="category", measure="kept", custom=custom)
    rows = embedded.rows(
        "SELECT category, sum(gross + reversals) FROM counted_lines "
        "WHERE book = 'sales' AND currency = 'GBP' AND business_date = '2026-03-14' "
        "AND category != '' GROUP BY category"
    )
    assert {each["key"]: each["value"] for each in told["top"]} == {name: int(kept) for name, kept in rows}
    with pytest.raises(CannotAct, match="no measure kept; there are net, gross"):
        board(place, measure="kept")
    with pytest.raises(CannotAct, match="column 1"):
        board(place, measure="kept", custom=[{"name": "kept", "expression": "netto"}])


def test_a_board_says_whether_its_days_are_closed_and_what_has_changed_since(embedded: Store) -> None:
    """Provisional before the close; afterwards the difference is that of the days' own journals."""
    world = busy_day()
    world.write(embedded)
    place = Place(embedded, world.calendar)
    early = board(place, at="2026-03-14T20:00:00+00:00")
    assert (early["state"], early["since"]) == ("provisional", 0)
    late = board(place, at="2026-03-20T00:00:00+00:00", grace_hours=11)
    journals = run(place, "days-show", DayArgs(day=DAY, grace_hours=11))["days"]
    since = sum(entry["net"] for day in journals if day["currency"] == "GBP" for entry in day["journal"])
    assert (late["state"], late["since"]) == ("closed", since)
    assert since != 0
    assert board(Place(embedded))["state"] is None


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
    assert main_date(Calendar(stores[:3]), afternoon) == date(2026, 11, 24)
    later = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
    assert main_date(Calendar(stores), later) == date(2026, 11, 25)


def test_the_command_shows_a_table_and_a_document(tmp_path: Path) -> None:
    """Amounts as people write them; minor units in JSON; half a range of dates is a usage error."""
    folder = data_folder(tmp_path, busy_day())
    words = ["leaderboard", "--by", "staff", "--date", "2026-03-14", "--data-dir", str(folder)]
    told = CliRunner().invoke(main, [*words, "--top", "1", "--bottom", "1"])
    assert told.exit_code == 0, told.output
    best, _, last = told.stdout.partition("For managers only")
    assert "ann" in best
    assert "bob" not in best
    assert "bob" in last
    assert "2 ranked" in told.stdout
    assert "GBP: closed, +118.30 since" in told.stdout
    own = CliRunner().invoke(main, [*words, "--top", "0", "--own", "bob"]).stdout
    assert "bob" in own
    assert "ann" not in own
    document = orjson.loads(CliRunner().invoke(main, [*words, "--json"]).stdout)
    assert document["period"] == {"kind": "day", "first": "2026-03-14", "last": "2026-03-14"}
    assert CliRunner().invoke(main, [*words, "--from", "2026-03-01"]).exit_code == 2


def test_the_command_reads_staff_targets_and_measures_from_files(tmp_path: Path) -> None:
    """Teams need the staff file; per cent of a target, ratios and names are shown as people write them."""
    folder = data_folder(tmp_path, busy_day())
    staff, targets, measures = (tmp_path / f"{name}.json" for name in ("staff", "targets", "measures"))
    staff.write_bytes(orjson.dumps({"staff": STAFF}))
    target = {
        "scope": "team", "key": "Red", "currency": "GBP", "period": "day", "amount": 10_000,
        "first": "2026-01-01", "set_at": "2026-01-01T00:00:00Z", "reason": "budget",
    }  # fmt: skip
    targets.write_bytes(orjson.dumps({"targets": [target]}))
    ratio = {"name": "returned", "expression": "-reversals / gross"}
    measures.write_bytes(orjson.dumps({"measures": [ratio]}))
    words = ["leaderboard", "--date", "2026-03-14", "--data-dir", str(folder)]
    refused = CliRunner().invoke(main, [*words, "--by", "team"])
    assert (refused.exit_code, "--staff" in refused.stderr) == (2, True)
    words += ["--staff", str(staff)]
    told = CliRunner().invoke(main, [*words, "--by", "staff"])
    assert "Ann from Leeds" in told.stdout
    teams = [*words, "--by", "team", "--measure", "attainment", "--targets", str(targets)]
    if "team" in get_args(Target.model_fields["scope"].annotation):
        assert " %" in CliRunner().invoke(main, teams).stdout
    own = CliRunner().invoke(
        main, [*words, "--by", "store", "--measure", "returned", "--measures", str(measures)]
    )
    assert own.exit_code == 0, own.output
    assert "0." in own.stdout
    peers = CliRunner().invoke(main, [*words, "--by", "channel", "--peers", "region"])
    assert (peers.exit_code, "staff by store" in peers.stderr) == (2, True)
