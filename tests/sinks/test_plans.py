"""Targets, adjustments and projections: from their topics through the sink's tables to the commands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from daybook.cli.main import main
from daybook.operations.accuracy import AccuracyArgs
from daybook.operations.base import CannotAct, Place
from daybook.operations.forecast import ForecastArgs
from daybook.operations.known_plans import PlanArgs
from daybook.operations.leaderboard import LeaderboardArgs
from daybook.operations.pace import PaceArgs
from daybook.operations.plans import ProposeArgs, PublishArgs
from daybook.operations.registry import run
from daybook.producers.records import OutgoingRecord
from daybook.schemas import topics
from daybook.schemas.adjustments import Adjustment
from daybook.schemas.projections import Projections, ProjectionSnapshot
from daybook.schemas.rounding import divide
from daybook.schemas.staff import StaffEntry, TeamFrom
from daybook.schemas.targets import Target, TargetPeriod
from daybook.sinks.history import day_totals
from daybook.sinks.plan_rows import ADJUSTMENTS, PROJECTIONS, TARGETS
from daybook.sinks.plans import stored_adjustments, stored_targets
from daybook.sinks.states import PendingStates, StateTopic
from daybook.sinks.store import Store
from tests.sinks.test_pace import LAST, nine_weeks
from tests.sinks.world import EPOCH, World, data_folder, insert, sale

RECORDED = 1_770_000_000_000
NOON = LAST + timedelta(hours=12)
TARGET = {
    "scope": "store", "key": "high-street", "currency": "GBP", "period": "week", "amount": 5000,
    "first": "2026-01-01", "set_at": "2026-01-01T00:00:00.123456Z", "reason": "budget", "set_by": "planning",
}  # fmt: skip
ADJUSTMENT = {
    "adjustment_id": "offer", "scope": "region", "key": "north", "factor": "1.5", "first": "2026-03-14",
    "last": "2026-03-21", "set_at": "2026-03-10T08:00:00Z", "reason": "spring offer", "source": "promotion",
}  # fmt: skip


def target(**more: Any) -> Target:
    """A weekly target of the store."""
    return Target.model_validate_json(orjson.dumps(TARGET | more))


def adjustment(**more: Any) -> Adjustment:
    """A promotion in its region."""
    return Adjustment.model_validate_json(orjson.dumps(ADJUSTMENT | more))


def written(store: Store, state: StateTopic, values: Sequence[bytes], first: int = 0) -> None:
    """Have the sink write records of a state topic."""
    pending = PendingStates(state, 0, EPOCH)
    for offset, value in enumerate(values, first):
        pending.add(
            SimpleNamespace(partition=0, offset=offset, timestamp=1_770_000_000_000, key=b"k", value=value)
        )
    batch = pending.batch(0, 100)
    assert batch is not None
    insert(store, batch)


def place(store: Store) -> Place:
    """Where what is published goes to the tables, as the sink would have it."""
    states = {topics.TARGETS: TARGETS, topics.ADJUSTMENTS: ADJUSTMENTS}
    offsets = iter(range(0, 10_000, 100))

    def publish_to(topic: str, records: Sequence[OutgoingRecord]) -> None:
        written(store, states[topic], [record.value for record in records], next(offsets))

    return Place(store, nine_weeks().calendar, publish_to=publish_to)


@pytest.fixture
def shop(embedded: Store) -> Place:
    """Nine Saturdays of a store, and where plans can be published."""
    nine_weeks().write(embedded)
    return place(embedded)


def test_what_is_published_is_read_back_with_every_change(shop: Place) -> None:
    """Each change stays, to the microsecond; the same published again is there once."""
    first, changed = target(), target(amount=6000, set_at="2026-03-01T00:00:00Z", reason="second till")
    last = target(withdrawn=True, last="2026-03-31", set_at="2026-03-02T00:00:00Z", reason="closed")
    smaller = adjustment(factor="1.2", set_at="2026-03-12T08:00:00Z")
    for _ in range(2):
        run(
            shop,
            "plans-publish",
            PublishArgs(targets=[first, changed, last], adjustments=[adjustment(), smaller]),
        )
    assert stored_targets(shop.store) == [first, changed, last]
    assert stored_adjustments(shop.store) == [adjustment(), smaller]
    listed = run(shop, "adjustments-list", PlanArgs(at=NOON))["adjustments"]
    assert [(each["factor"], each["in_force"]) for each in listed] == [("1.5", False), ("1.2", True)]


def test_without_a_broker_nothing_is_published(embedded: Store) -> None:
    """The sentence says what to name."""
    with pytest.raises(CannotAct, match="--kafka"):
        run(Place(embedded), "plans-publish", PublishArgs(targets=[target()]))


def test_pace_goes_by_what_was_published(shop: Place) -> None:
    """Half as much again is expected and is shown beside the plain figures; the target holds for all too."""
    run(shop, "plans-publish", PublishArgs(targets=[target()], adjustments=[adjustment()]))
    document = run(shop, "pace", PaceArgs(at=NOON))
    (store,), (region,), (group,) = document["stores"], document["regions"], document["groups"]
    assert [each["reason"] for each in store["adjustments"]] == ["spring offer"]
    for row in (store, region, group):
        assert (row["expected"], row["expected_unadjusted"]) == (1500, 1000)
        assert (row["projected_close"], row["projected_close_unadjusted"]) == (2500, 2000)
        assert (row["target"], row["target_by_now"]) == (5000, 2500)


def test_everybody_stands_to_a_target(shop: Place) -> None:
    """Store, region, all and a category: the day's part of the target, by now, and what was sold of it."""
    others = [
        target(scope="region", key="north"),
        target(scope="all", key=None, amount=10_000),
        target(scope="category", key="home", amount=4000),
    ]
    run(shop, "plans-publish", PublishArgs(targets=[target(), *others]))
    document = run(shop, "targets-list", PlanArgs(at=NOON))
    rows = {row["scope"]: row for row in document["today"]}
    assert set(rows) == {"store", "region", "all", "category"}
    assert len(document["targets"]) == 4
    for scope, amount in (("store", 5000), ("region", 5000), ("all", 10_000), ("category", 4000)):
        row = rows[scope]
        assert (row["target"], row["target_by_now"]) == (amount, amount // 2)
        assert row["attainment_ppm"] == row["actual"] * 1_000_000 // amount


def test_a_team_stands_with_what_its_members_sold(embedded: Store) -> None:
    """Ann and Bob share a sale three to one; on Bob's team is his part, from the day on which he is in it."""
    world = World()
    world.publish(sale(1, time=(NOON - timedelta(hours=2)).isoformat()))
    world.publish(sale(2, time=(NOON - timedelta(days=7)).isoformat()))
    world.count()
    world.write(embedded)
    bob = StaffEntry(staff_id="bob", teams=[TeamFrom(valid_from=LAST.date(), team="Ground floor")])
    args = PlanArgs(at=NOON, staff=[bob], targets=[target(scope="team", key="Ground floor", period="day")])
    (row,) = run(Place(embedded, world.calendar), "targets-list", args)["today"]
    whole = day_totals(embedded, "net", "staff", LAST.date(), LAST.date())
    assert (row["scope"], row["key"]) == ("team", "Ground floor")
    assert row["actual"] == whole["bob", "GBP"][LAST.date()] > 0


def test_the_days_to_come_add_up(shop: Place) -> None:
    """Four Saturdays at 20.00 make four weeks; one store is all there is."""
    document = run(shop, "forecast", ForecastArgs(at=NOON))
    (store,), (group,) = document["stores"], document["groups"]
    assert store["next_28_days"]["expected"] == sum(day["expected"] for day in store["days"]) == 8000
    assert store["next_7_days"]["expected"] == group["next_7_days"]["expected"] == 2000
    assert store["month"]["expected"] == store["month"]["sold_before_today"] + 2000 + 2 * 2000


def test_a_proposal_is_a_targets_file(shop: Place) -> None:
    """What is proposed can be published as it is; for all stores it is the sum of theirs."""
    document = run(shop, "targets-propose", ProposeArgs(at=NOON, count=2, uplift_percent="10"))
    assert [each["amount"] for each in document["targets"]] == [2200, 2200]
    proposed = [Target.model_validate_json(orjson.dumps(each)) for each in document["targets"]]
    run(shop, "plans-publish", PublishArgs(targets=proposed))
    assert stored_targets(shop.store) == proposed
    in_all = run(
        shop, "targets-propose", ProposeArgs(at=NOON, scope="all", period=TargetPeriod.MONTH, count=1)
    )
    assert [(each["scope"], each["amount"]) for each in in_all["targets"]] == [("all", 8000)]
    with pytest.raises(CannotAct, match="400 days"):
        run(shop, "targets-propose", ProposeArgs(at=NOON, period=TargetPeriod.MONTH, count=20))


def snapshot(hour: int, close: int, *, low: int | None = None, **more: Any) -> ProjectionSnapshot:
    """How the store's last day looked after some hours."""
    plain: dict[str, Any] = dict.fromkeys(ProjectionSnapshot.model_fields) | {
        "scope": "store", "key": "high-street", "currency": "GBP", "business_date": LAST.date(),
        "second": hour * 3600, "actual": 0, "adjustment": 1_000_000, "closed": False,
    }  # fmt: skip
    band = {"close": close, "low": low, "high": low and low * 2}
    return ProjectionSnapshot.model_validate(plain | band | more)


def test_projections_are_held_against_what_came_of_them(shop: Place) -> None:
    """40.00 came of it: 20.00 at noon was half too low, 44.00 at three a tenth too high, in its band."""
    for number, (hour, minute, made) in enumerate(
        [(12, 0, snapshot(12, 2000)), (15, 0, snapshot(15, 4400, low=3900)), (15, 30, snapshot(15, 9999))]
    ):
        at = datetime(2026, 3, 14, hour, minute, tzinfo=UTC)
        told = Projections(taken_at=at, snapshots=[made, made.model_copy(update={"scope": "all", "key": ""})])
        written(shop.store, PROJECTIONS, [told.model_dump_json().encode()] * 2, number * 10)
    document = run(shop, "pace-accuracy", AccuracyArgs(at=LAST + timedelta(days=5)))
    for scope in ("all", "store"):
        noon, three = (row for row in document["hours"] if row["scope"] == scope)
        assert (noon["hour"], noon["days"], noon["error_ppm"], noon["bias_ppm"]) == (12, 1, 500_000, -500_000)
        assert noon["inside_ppm"] is None
        assert (three["hour"], three["error_ppm"], three["inside_ppm"]) == (15, 100_000, 1_000_000)
    assert run(shop, "pace-accuracy", AccuracyArgs(at=LAST))["hours"] == []


def test_of_a_quarter_hour_the_last_projection_stays(shop: Place) -> None:
    """Told each minute, a quarter hour has one row; an older one that comes again changes nothing."""
    values = [
        Projections(taken_at=NOON + timedelta(minutes=minute), snapshots=[snapshot(12, 2000 + minute)])
        for minute in (0, 5, 14, 15)
    ]
    encoded = [each.model_dump_json().encode() for each in values]
    written(shop.store, PROJECTIONS, encoded)
    written(shop.store, PROJECTIONS, encoded[:1])
    rows = shop.store.rows("SELECT quarter, close FROM projections FINAL ORDER BY quarter")
    assert [(row[0].minute, row[1]) for row in rows] == [(0, 2014), (15, 2015)]


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data folder with the nine weeks, and nobody in it."""
    return data_folder(tmp_path, nine_weeks())


def test_commands_show_what_people_ask_for(data_dir: Path, tmp_path: Path) -> None:
    """A file's targets with their attainment, a forecast, a proposal, no accuracy before a watcher ran."""
    path, at = tmp_path / "targets.json", "2026-03-14T12:00"
    path.write_bytes(orjson.dumps({"targets": [TARGET]}))
    folder = ["--data-dir", str(data_dir)]
    for words, shown in (
        (["targets", "list", "--at", at, "--targets", str(path), *folder], "80 %"),
        (["targets", "list", "--changes", "--targets", str(path), *folder], "planning"),
        (["targets", "propose", "--at", at, *folder], "20.00"),
        (["forecast", "--at", at, *folder], "next 28 days"),
        (["adjustments", "list", *folder], "factor"),
        (["pace", "--accuracy", *folder], "daybook watcher"),
    ):
        told = CliRunner().invoke(main, words)
        assert told.exit_code == 0, told.output
        assert shown in told.stdout, told.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--store", "a", "--region", "b", "--currency", "GBP", "--amount", "5"], "Name one"),
        (["--store", "a", "--currency", "GBP", "--amount", "5.001"], "no such small parts"),
        (["--store", "a", "--currency", "XXY", "--amount", "5"], "not an amount"),
        (["--store", "a", "--currency", "GBP", "--amount", "0"], "amount"),
    ],
)
def test_a_target_that_cannot_be_is_refused_before_anything_is_sent(words: list[str], said: str) -> None:
    """Two holders, parts of a penny, no currency, nothing to reach: wrong usage, in a sentence."""
    plain = ["targets", "set", "--period", "week", "--from", "2026-11-23", "--reason", "budget"]
    told = CliRunner().invoke(main, [*plain, *words])
    assert told.exit_code == 2
    assert said in told.stderr


def test_published_targets_are_what_attainment_goes_by(shop: Place) -> None:
    """On leaderboards and in reports, without any file: the store's net over its week's published target."""
    args: dict[str, Any] = {"by": "store", "day": LAST.date(), "period": "week", "at": NOON}
    with pytest.raises(CannotAct, match="daybook targets set"):
        run(shop, "leaderboard", LeaderboardArgs(measure="attainment", **args))
    run(shop, "plans-publish", PublishArgs(targets=[target()]))
    net, part = (
        run(shop, "leaderboard", LeaderboardArgs(measure=measure, **args))["boards"][0]["top"][0]["value"]
        for measure in ("net", "attainment")
    )
    assert part == divide(net * 1_000_000, 5000)
