"""Pace, targets and how right projections were, on the boards, against the month's own lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from daybook.dashboards.grafana.build import documents
from daybook.dashboards.queries.filling import Choice, Window, filled
from daybook.ledger.calendar import Calendar
from daybook.producers.simulator import simulate, simulated_stores
from daybook.schemas.projections import ProjectionSnapshot
from daybook.sinks.alert_rows import NOTIFICATIONS
from daybook.sinks.clocks import write_clocks
from daybook.sinks.migrate import migrate
from daybook.sinks.states import StateRecord
from daybook.sinks.store import Store
from tests.dashboards import stopped
from tests.dashboards.month import NOW, Past, ask, lines, net
from tests.dashboards.planned import GOALS, tell
from tests.dashboards.shop import write_alert
from tests.sinks.notifiers.samples import alert, firing
from tests.support.require import need

CALENDAR = Calendar(simulated_stores().stores)
MAIN = NOW.date()
"""Pounds are sold in London time, which is UTC in this month or an hour ahead of it."""
ENDS = [
    datetime(MAIN.year, MAIN.month, MAIN.day, tzinfo=UTC) - timedelta(days=n, minutes=90) for n in range(3)
]
NOONS = [end.replace(hour=10, minute=45) for end in ENDS]
Told = dict[datetime, list[ProjectionSnapshot]]


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Told]]:
    """Three weeks of the simulated shops, and what the watcher told at noons, ends of days, and now."""
    need("clickhouse")
    world = Past(CALENDAR)
    for record in simulate(7, NOW - timedelta(days=22), NOW, rate=0.01):
        world.log(record.at, record.value, record.key)
    world.count()
    with Store.embedded(tmp_path_factory.mktemp("planned") / "clickhouse") as store:
        migrate(store)
        stopped.stop_clock(store, NOW)
        write_clocks(store, CALENDAR.stores, 1)
        world.write(store)
        told = tell(store, CALENDAR, sorted([*NOONS, *ENDS, NOW]))
        write_alert(store, alert(updated_at=NOW.isoformat(), state="firing"))
        entry = firing(alert(), decided_at=NOW).model_dump_json(exclude_none=True).encode()
        (row,) = NOTIFICATIONS.rows(StateRecord(0, 0, 1, 0, b"", entry))
        store.insert(NOTIFICATIONS.table, {n: [v] for n, v in zip(NOTIFICATIONS.columns, row, strict=True)})
        yield store, told


OURS = ("today", "leaderboard", "managers", "oncall", "trust", "trends", "lines")
MAY_BE_EMPTY = {
    "Dead letters by reason and producer",
    "Late events",
    "Restatements",
    "Silent tills",
    "Like for like",
    "Teams, and attainment of own targets",
    "By measures of our own",
    "By what customers and systems say",
    "Well done",
}
"""What need not have happened in three weeks of simulated shops, or is told by agents."""


@pytest.mark.parametrize("name", OURS)
def test_no_panel_is_empty_where_something_happened(planned: tuple[Store, Told], name: str) -> None:
    """Each panel's own query, yesterday in pounds, shows a value in some column."""
    store, _ = planned
    me = lines(store)[0]["staff_id"]
    choice = Choice("GBP", date=(NOW - timedelta(days=1)).date().isoformat(), per_unit=100, others={"me": me})
    if name == "oncall":
        choice = replace(choice, date="today")
    window = Window(NOW - timedelta(days=22), NOW, 3600)
    empty = set()
    for panel in documents()[name]["panels"]:
        sql = filled(panel["targets"][0]["rawSql"], choice.variables(), window)
        rows = store.records(stopped.at(sql, NOW))
        shown = panel["transformations"][-1]["options"]["include"]["names"]
        if all(row.get(column) is None for row in rows for column in shown if column != "time"):
            empty.add(panel["title"])
    assert empty <= MAY_BE_EMPTY


def sold_by(store: Store, day: date, until: datetime, store_id: str | None = None) -> int:
    """Net sales in pounds of a business date in the quarter hours that had begun by a moment."""
    return sum(
        net(line)
        for line in lines(store)
        if line["business_date"] == day and line["quarter"] < until and store_id in (None, line["store_id"])
    )


def now_rows(told: Told, scope: str, key: str) -> ProjectionSnapshot:
    """What was told of the day that runs."""
    return next(each for each in told[NOW] if (each.scope, each.key, each.currency) == (scope, key, "GBP"))


@pytest.mark.parametrize(("store_id", "goal"), [("*", ("all", None)), ("quayside", ("store", "quayside"))])
def test_the_pace_is_what_was_sold_against_the_target(
    planned: tuple[Store, Told], store_id: str, goal: tuple[str, str | None]
) -> None:
    """Net as the lines come to, the target as it was set, and everything else by these two and the close."""
    store, told = planned
    own = now_rows(told, goal[0], goal[1] or "")
    [row] = ask(store, "today_pace", store=store_id, date=own.business_date.isoformat())
    sold = sold_by(store, own.business_date, NOW, goal[1])
    assert (row["net"], row["target"]) == (sold, GOALS[goal])
    assert row["attainment"] == pytest.approx(sold / GOALS[goal])
    assert row["close"] is not None
    assert row["at_risk_money"] == max(GOALS[goal] - row["close"], 0)
    assert (row["low"], row["high"]) == (own.low, own.high)
    if row["expected"]:
        assert row["pace"] == pytest.approx(sold / float(row["expected"]))


def test_several_stores_are_added_up_and_have_no_band(planned: tuple[Store, Told]) -> None:
    """Two stores: net and close are the sums of theirs."""
    store, _ = planned
    pair = ["quayside", "marlow-street"]
    [both] = ask(store, "today_pace", store=pair)
    alone = [ask(store, "today_pace", store=each)[0] for each in pair]
    for name in ("net", "expected", "close"):
        assert both[name] == sum(row[name] for row in alone)
    assert (both["low"], both["chance"]) == (None, None)


def test_targets_against_actual_by_day(planned: tuple[Store, Told]) -> None:
    """Of each date: net as its lines came to by the last word, the target, and the noon's close beside it."""
    store, told = planned
    rows: dict[str, dict[str, Any]] = {row["business_date"]: row for row in ask(store, "trends_targets")}
    assert len(rows) >= 2
    for end, noon in zip(ENDS, NOONS, strict=True):
        row = rows.get(end.date().isoformat())
        if row is None:
            # The date is not over yet where tests run: the board leaves today out.
            assert end.date() >= NOW.date()
            continue
        sold = sold_by(store, end.date(), end)
        assert (row["net"], row["target"]) == (sold, GOALS["all", None])
        assert row["attainment"] == pytest.approx(sold / GOALS["all", None])
        close = next(e.close for e in told[noon] if (e.scope, e.currency) == ("all", "GBP"))
        assert row["projected_at_noon"] == close
        if close is not None and sold:
            assert row["off_at_noon"] == pytest.approx(close / sold - 1)
