from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

import pytest

from daybook.dashboards import queries
from daybook.dashboards.grafana.build import documents
from daybook.dashboards.queries.filling import Choice, Window, filled
from daybook.ledger.calendar import Calendar, wall_time
from daybook.ledger.curves import wall_quarter
from daybook.ledger.days import close, closes_at
from daybook.ledger.measures import BASE
from daybook.producers.simulator import simulate, simulated_stores
from daybook.sinks.clocks import write_clocks
from daybook.sinks.days import day_postings
from daybook.sinks.migrate import migrate
from daybook.sinks.store import Store
from tests.dashboards import stopped
from tests.dashboards.month import (
    BOARD,
    DAYS,
    NOW,
    PLOTTED,
    Past,
    ask,
    asked_as_the_page,
    lines,
    net,
)
from tests.support.require import need


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A month of the simulated shops up to now, counted by the real ledger and written by the real blocks."""
    need("clickhouse")
    calendar = Calendar(simulated_stores().stores)
    world = Past(calendar)
    for record in simulate(7, NOW - timedelta(days=DAYS), NOW, rate=0.01):
        world.log(record.at, record.value, record.key)
    world.count()
    with Store.embedded(tmp_path_factory.mktemp("month") / "clickhouse") as store:
        migrate(store)
        stopped.stop_clock(store, NOW)
        write_clocks(store, calendar.stores, int(NOW.timestamp() * 1000))
        world.write(store)
        yield store


class TestMonth:
    """A simulated month."""

    @pytest.mark.parametrize("name", BOARD)
    def test_every_query_gives_what_its_panels_need(self, month: Store, name: str) -> None:
        """It runs for each choice; its columns are those that panels show, of types that can be plotted."""
        choices: list[dict[str, Any]] = [
            {},
            {
                "store": ["quayside", "web"],
                "region": ["United Kingdom", "Online"],
                "channel": ["pos", "ecommerce"],
            },
            {"date": (NOW - timedelta(days=3)).date().isoformat(), "view": "origin", "calendar": "retail"},
        ]
        described: dict[str, str] = {}
        for choice in choices:
            own = dict(choice)
            wanted = Choice(
                **{
                    "currency": "GBP",
                    **{k: own.pop(k) for k in list(own) if k in Choice.__dataclass_fields__},
                },
                others=own,
            )
            sql = filled(queries.load(name), wanted.variables(), Window(NOW - timedelta(days=2), NOW, 600))
            answer = month._client.query(stopped.at(sql, NOW))
            given = {
                each: str(kind.name)
                for each, kind in zip(answer.column_names, answer.column_types, strict=True)
            }
            assert [each for each in given.items() if not PLOTTED.fullmatch(each[1])] == []
            described = given or described
        for board in documents().values():
            for panel in board["panels"]:
                if panel["targets"][0]["rawSql"] in queries.load(name) and described:
                    shown = panel["transformations"][-1]["options"]["include"]["names"]
                    assert set(shown) - {"time"} <= described.keys()
                    if panel["type"] == "timeseries":
                        assert described["time"].startswith("DateTime")

    def test_the_pages_own_queries_run_over_it_too(self, month: Store) -> None:
        """Each with its parameters; totals and quarter hours of a day are its lines added up."""
        day = (NOW - timedelta(days=2)).date()
        found = asked_as_the_page(month, day)
        expected: Counter[str] = Counter()
        for line in lines(month):
            if line["business_date"] == day:
                expected[line["store_id"]] += net(line)
        for name in ("store_totals", "store_quarters"):
            sums: Counter[str] = Counter()
            for row in found[name]:
                if row["business_date"] == day and row["currency"] == "GBP":
                    sums[row["store_id"]] += row["net"]
            assert sums == expected

    @pytest.mark.parametrize("back", [0, 1, 5])
    def test_the_days_figures_are_the_lines_added_up(self, month: Store, back: int) -> None:
        """In all, by store, channel and revenue stream; with and without a channel that is chosen."""
        day = (NOW - timedelta(days=back)).date()
        for channel in ("*", "pos", "ecommerce"):
            chosen = [
                line
                for line in lines(month)
                if line["business_date"] == day and channel in ("*", line["channel"])
            ]
            asked = {"date": day.isoformat(), "channel": channel}
            [figures] = ask(month, "today_figures", **asked)
            assert figures["net"] == sum(map(net, chosen))
            for measure in ("gross", "discounts", "reversals", "orders"):
                assert figures[measure] == sum(line[measure] for line in chosen)
            for query, column, value in (
                ("today_by_store", "store", "store_id"),
                ("today_by_channel", "channel", "channel"),
                ("today_by_stream", "revenue_stream", "revenue_stream"),
            ):
                expected: Counter[str] = Counter()
                for line in chosen:
                    expected[line[value] or "none stated"] += net(line)
                assert {row[column]: row["net"] for row in ask(month, query, **asked)} == dict(expected)

    def test_products_are_ranked_by_what_their_lines_come_to(self, month: Store) -> None:
        """The ten best and the ten worst of a day."""
        day = (NOW - timedelta(days=2)).date()
        sums: Counter[str] = Counter()
        for line in lines(month):
            if line["business_date"] == day and line["product_id"]:
                sums[line["product_id"]] += net(line)
        best = sorted(((-amount, product) for product, amount in sums.items() if amount > 0))[:10]
        worst = sorted((amount, product) for product, amount in sums.items())[:10]
        asked = {"date": day.isoformat()}
        assert [(-row["net"], row["product"]) for row in ask(month, "today_best_products", **asked)] == best
        assert [(row["net"], row["product"]) for row in ask(month, "today_worst_products", **asked)] == worst

    @pytest.mark.parametrize(("view", "column"), [("activity", "business_date"), ("origin", "origin_date")])
    @pytest.mark.parametrize("channel", ["*", "pos"])
    def test_reversals_stand_on_either_of_their_days(
        self, month: Store, view: str, column: str, channel: str
    ) -> None:
        """By store, over ten dates, from totals and from lines."""
        seen = 0
        for back in range(1, 11):
            day = (NOW - timedelta(days=back)).date()
            expected: Counter[str] = Counter()
            for line in lines(month):
                if line[column] == day and channel in ("*", line["channel"]):
                    expected[line["store_id"]] += line["reversals"]
            found = ask(month, "today_reversals", date=day.isoformat(), view=view, channel=channel)
            assert {row["store"]: row["reversals"] for row in found} == {
                k: v for k, v in expected.items() if v
            }
            seen += len(found)
        assert seen

    def test_last_week_counts_to_the_same_minute(self, month: Store) -> None:
        """Today of a store against last week's lines before the minute that its clock shows."""
        calendar = Calendar(simulated_stores().stores)
        rules = calendar.store("web").days
        [found] = ask(month, "today_compared", store="web")
        wall = wall_time(NOW, rules)
        minute = wall.replace(second=0, microsecond=0)
        own = [line for line in lines(month) if line["store_id"] == "web"]
        week = [
            net(line)
            for line in own
            if line["business_date"] == wall.date() - timedelta(days=7)
            and wall_time(line["occurred_at"], rules) + timedelta(days=7) < minute
        ]
        assert found["net"] == sum(net(line) for line in own if line["business_date"] == wall.date())
        assert found["last_week_by_now"] == sum(week)
        assert found["last_year_by_now"] is None

    @pytest.mark.parametrize("channel", ["*", "pos"])
    def test_the_curve_goes_by_the_stores_own_wall_clocks(self, month: Store, channel: str) -> None:
        """All stores of a currency: the day, the usual day and last week, for each quarter hour."""
        calendar = Calendar(simulated_stores().stores)
        day = (NOW - timedelta(days=1)).date()
        days: dict[date, list[int]] = defaultdict(lambda: [0] * 96)
        for line in lines(month):
            if channel in ("*", line["channel"]):
                rules = calendar.store(line["store_id"]).days
                slot = wall_quarter(int(line["quarter"].timestamp()), line["business_date"], rules)
                days[line["business_date"]][slot] += net(line)
        so_far = {each: [sum(slots[: n + 1]) for n in range(96)] for each, slots in days.items()}
        rows = ask(month, "today_curve", date=day.isoformat(), channel=channel)
        assert [row["net"] for row in rows] == so_far[day]
        assert [row["last_week"] for row in rows] == so_far[day - timedelta(days=7)]
        weeks = [so_far[each] for n in range(1, 9) if (each := day - timedelta(days=7 * n)) in so_far]
        usual = [median(week[n] for week in weeks) for n in range(96)]
        assert all(abs(float(row["usual"]) - each) <= 0.5 for row, each in zip(rows, usual, strict=True))
        times = [row["time"] for row in rows]
        assert times == [times[0] + timedelta(minutes=15) * n for n in range(96)]

    def test_trends_are_the_lines_added_up(self, month: Store) -> None:
        """By ISO week, by calendar month and by retail week; hours and weekdays; products that have moved."""
        kinds = {
            ("iso", "week"): "iso_week",
            ("iso", "month"): "calendar_month",
            ("retail", "week"): "retail_week",
        }
        begins = {row["business_date"]: row for row in month.records("SELECT * FROM calendar")}
        for (calendar, period), column in kinds.items():
            expected: Counter[str] = Counter()
            for line in lines(month):
                expected[str(begins[line["business_date"]][column])] += net(line)
            found = ask(month, "trends_periods", calendar=calendar, period=period, periods="6")
            assert {row["period"]: row["net"] for row in found} == dict(expected)
        moved: Counter[str] = Counter()
        today = NOW.date()
        for line in lines(month):
            if line["product_id"] and timedelta(days=1) <= today - line["business_date"] <= timedelta(
                days=56
            ):
                sign = 1 if today - line["business_date"] <= timedelta(days=28) else -1
                moved[line["product_id"]] += sign * net(line)
        found = ask(month, "trends_products")
        assert found
        assert all(row["change"] == moved[row["product"]] for row in found)

    def test_totals_and_lines_agree_and_all_that_was_received_is_accounted_for(self, month: Store) -> None:
        """No difference on any date, in any partition."""
        rows = ask(month, "trust_reconciliation")
        assert len(rows) == 8
        assert {(row["difference"], row["orders_difference"]) for row in rows} == {(Decimal(0), 0)}
        partitions = ask(month, "trust_partitions")
        assert len(partitions) == 2
        assert {row["differing"] for row in partitions} == {row["behind"] for row in partitions} == {0}
        received = ask(month, "trust_received")
        [all_of_it] = ask(month, "trust_freshness")
        for kind in ("counted", "duplicates", "dead"):
            assert sum(row[kind] for row in received) == all_of_it[kind]
        assert sum(row["dead_letters"] for row in ask(month, "trust_dead_letters")) == all_of_it["dead"]

    def test_restatements_are_those_of_the_journal(self, month: Store) -> None:
        """Per date and store the same change since its close as the ledger's own journal."""
        calendar = Calendar(simulated_stores().stores)
        today = NOW.date()
        postings = day_postings(month, today - timedelta(days=35), today)
        expected = {}
        for (day, store_id, currency), own in postings.items():
            at = closes_at(day, calendar.store(store_id).days, timedelta(hours=6))
            journal = close(own, at, len(BASE)).journal
            if currency == "GBP" and journal:
                places = [BASE.index(name) for name in ("gross", "discounts", "reversals")]
                expected[str(day), store_id] = sum(entry.measures[n] for entry in journal for n in places)
        found = {
            (row["business_date"], row["store"]): row["net_since_close"]
            for row in ask(month, "trust_restatements")
        }
        assert {k: v for k, v in found.items() if v} == {k: v for k, v in expected.items() if v}

    def test_a_till_that_always_sells_now_and_has_stopped_is_the_first_of_the_silent(
        self, month: Store
    ) -> None:
        """Every till in the list has sold in this hour of most days; the longest silence leads."""
        rows = ask(month, "oncall_silent_tills")
        assert all(row["days_selling_now"] >= 4 for row in rows)
        times = [row["times_usual"] for row in rows if row["times_usual"] is not None]
        assert times == sorted(times, reverse=True)

    def test_lines_lead_to_what_was_asked_for(self, month: Store) -> None:
        """By store, product and order; the time is the store's wall clock."""
        day = (NOW - timedelta(days=1)).date()
        rows = ask(month, "lines", date=day.isoformat(), store="quayside")
        own = [
            each for each in lines(month) if each["business_date"] == day and each["store_id"] == "quayside"
        ]
        assert sum(row["net"] for row in rows) == sum(map(net, own))
        one = ask(month, "lines", date=day.isoformat(), order=rows[0]["order"])
        assert {row["order"] for row in one} == {rows[0]["order"]}
