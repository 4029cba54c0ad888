"""The queries of signals, each against a computation of its own from the raw signals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from statistics import median
from typing import Any, Final

import pytest

from daybook.dashboards.board.access import Scope
from daybook.dashboards.board.customers import CustomersReader
from daybook.dashboards.board.signalling import SignalsReader
from daybook.ledger.signals.boards import SIGNAL_BOARDS
from daybook.operations.base import CannotAct, Place
from daybook.operations.leaderboard import LeaderboardArgs
from daybook.operations.registry import run
from daybook.sinks.raw_signals import told as totals
from daybook.sinks.store import Store
from daybook.sinks.weekly import sessions_by_store
from tests.dashboards import customers_shown
from tests.dashboards import signal_counts as counts
from tests.dashboards.month import NOW, ask
from tests.dashboards.signal_counts import (
    STEPS,
    TODAY,
    Signal,
    by_now,
    date_of,
    fill,
    reached,
    scores,
    seconds,
)
from tests.dashboards.signalled import BACKS, CALENDAR, nps, share, signals
from tests.support.require import need

TWO: Final = ["quayside", "web"]


@pytest.fixture(scope="module")
def raw() -> list[Signal]:
    """The signals as they were published; one subscription is at the other shop for ten days."""
    return counts.lent(signals())


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, raw: list[Signal]) -> Iterator[Store]:
    """ClickHouse with these signals, and with sales of known customers and campaigns."""
    need("clickhouse")
    with Store.embedded(tmp_path_factory.mktemp("signals") / "clickhouse") as made:
        fill(made, raw)
        yield made


def test_the_days_figures_are_the_signals_counted(store: Store, raw: list[Signal]) -> None:
    """Sessions, conversion, scores with their answers, failures: as counted by hand from the raw signals."""
    [row] = ask(store, "signals_now")
    (visits, _, carts, _, purchases), stars = reached(raw, 0), scores(raw, "csat")
    assert (row["sessions"], row["purchases"]) == (visits, purchases)
    assert row["conversion"] == share(purchases, visits)
    assert row["cart_abandonment"] == (1 - purchases / carts if carts else None)
    assert (row["csat_answers"], row["nps_answers"]) == (len(stars), len(scores(raw, "nps")))
    assert row["csat"] == (sum(s > 3 for s in stars) / len(stars) if len(stars) >= 5 else None)
    assert row["nps"] == nps(scores(raw, "nps"))
    for name, kind in {"payment_failures": "payment.failed", "site_errors": "site.error"}.items():
        assert row[name] == len(by_now(raw, kind))
    assert row["stock_outs"] == sum(s["state"] == "out" for s in by_now(raw, "stock.changed"))


def test_a_store_is_looked_at_by_itself(store: Store, raw: list[Signal]) -> None:
    """Of one store only its own signals are counted, and of no day without any there is a score."""
    [row], [empty] = (
        ask(store, "signals_now", store=["quayside"]),
        ask(store, "signals_now", date="2019-01-01"),
    )
    own = [signal for signal in by_now(raw, "payment.failed") if signal["store_id"] == "quayside"]
    assert (row["payment_failures"], row["sessions"]) == (len(own), 0)
    assert (empty["sessions"], empty["csat"], empty["conversion"]) == (0, None, None)


def test_the_funnel_stands_beside_its_usual_shares(store: Store, raw: list[Signal]) -> None:
    """Each step's passage, and the median of it on the like days up to the same time."""
    days = {back: reached(raw, back) for back in BACKS}
    for number, row in enumerate(ask(store, "signals_funnel")):
        assert row["reached_step"] == days[0][number]
        if number:
            usual = [days[b][number] / days[b][number - 1] for b in BACKS[1:] if days[b][number - 1]]
            assert row["went_on"] == share(days[0][number], days[0][number - 1])
            assert row["usually_went_on"] == pytest.approx(median(usual) if usual else None)


def test_topics_have_their_enquiries_and_scores(store: Store, raw: list[Signal]) -> None:
    """Opened today and usually, open now over all days, time to the first answer, scores of five or more."""
    changes = {back: by_now(raw, "enquiry.changed", back) for back in BACKS}
    opened = {
        back: Counter(each["topic"] for each in found if each["state"] == "opened")
        for back, found in changes.items()
    }
    left: Counter[str] = Counter()
    for signal in raw:
        if signal["type"] == "enquiry.changed":
            left[signal["topic"]] += {"opened": 1, "answered": 0, "resolved": -1}[signal["state"]]
    rows = {row["topic"]: row for row in ask(store, "signals_topics")}
    assert len(rows) == 6
    for topic, row in rows.items():
        assert row["enquiries_opened"] == opened[0][topic]
        assert row["open_now"] == left[topic]
        assert row["usually_opened"] == median(opened[back][topic] for back in BACKS[1:])
        own = [each for each in changes[0] if each["state"] == "answered" and each["topic"] == topic]
        waits = [seconds(each["time"]) - seconds(each["opened_at"]) for each in own]
        assert row["answer_minutes"] == (pytest.approx(sum(waits) / 60 / len(waits)) if waits else None)
        assert row["nps"] == nps(scores(raw, "nps", topic))
        stars = scores(raw, "csat", topic)
        assert row["csat_answers"] == len(stars)
        assert row["csat"] == (sum(s > 3 for s in stars) / len(stars) if len(stars) >= 5 else None)


def test_what_systems_report_stands_beside_the_usual(store: Store, raw: list[Signal]) -> None:
    """Failures by gateway and reason, faults, errors: how often today, and the median of the like days."""
    expected = counts.reported(raw)
    rows = ask(store, "signals_technical")
    assert {(row["kind"], row["what"]): (row["times"], row["usually"]) for row in rows} == expected


def test_tills_are_silent_since_their_last_quarter_hour(store: Store, raw: list[Signal]) -> None:
    """Each till's last sign of life, to the end of its quarter hour."""
    last = counts.alive_until(raw)
    rows = {row["till"]: row for row in ask(store, "signals_tills", store=["quayside"])}
    assert {till: int(row["alive_until"].timestamp()) for till, row in rows.items()} == last


def test_the_sales_curve_has_the_signals_of_the_same_hours(store: Store, raw: list[Signal]) -> None:
    """Over the day the curve's parts come to the day's figures; usual is the median of a quarter hour."""
    rows = ask(store, "signals_curve")
    seen = {
        back: Counter(
            counts.slot_of(s) for s in by_now(raw, "funnel.step", back) if s["step"] == "session_start"
        )
        for back in BACKS[1:]
    }
    for row in rows:
        slot = row["time"].hour * 4 + row["time"].minute // 15
        assert row["usual_sessions"] == median(each[slot] for each in seen.values())
    assert sum(row["sessions"] for row in rows) == reached(raw, 0)[0]
    assert sum(row["payment_failures"] for row in rows) == len(by_now(raw, "payment.failed"))
    assert sum(row["net"] for row in rows) == 2500 + 1100


def test_deals_by_pipeline_and_by_person(store: Store, raw: list[Signal]) -> None:
    """Pipeline now, win rate and days to close of 28 days, and who closed what on which day."""
    deals = [s for s in raw if s["type"] == "deal.changed"]
    newest = {s["subject_id"]: s for s in deals}
    lately = [s for s in deals if s["status"] != "open" and TODAY - date_of(s["time"]) < timedelta(days=28)]
    won = [s for s in lately if s["status"] == "won"]
    [row] = ask(store, "signals_deals", store=TWO)
    assert row["pipeline_value"] == sum(s["value"] for s in newest.values() if s["status"] == "open")
    assert (row["deals_won"], row["deals_lost"]) == (len(won), len(lately) - len(won))
    assert row["win_rate"] == share(len(won), len(lately))
    days = [(seconds(s["time"]) - seconds(s["created_at"])) / 86400 for s in won]
    assert row["days_to_close"] == pytest.approx(sum(days) / len(days))
    people = Counter((date_of(s["time"]).isoformat(), s["staff_id"], s["status"]) for s in lately)
    for stores in (TWO, ["quayside"]):
        rows = ask(store, "signals_sellers", store=stores)
        assert dict(people) == {
            (row["business_date"], row["staff"], status): row[f"deals_{status}"]
            for row in rows
            for status in ("won", "lost")
            if row[f"deals_{status}"]
        }
    assert ask(store, "signals_sellers", store=["web"]) == []


def test_mrr_and_churn_by_day(store: Store, raw: list[Signal]) -> None:
    """What subscribers bring at each day's end, and the churn rate as Stripe defines it, from the states."""
    rows = counts.mrr(store, TWO)
    for day in (TODAY - timedelta(days=back) for back in (0, 1, 7, 20, 45)):
        row = rows[day]
        assert (row["mrr"], row["subscribers"], row["churn_rate"]) == counts.subscribed(raw, day)
    assert counts.days_at_the_other(counts.mrr(store, ["quayside"])) == counts.days_lent(raw)
    assert [row["mrr_moved"] for row in rows.values()] == [0] * 90


def test_contracts_are_recognised_by_day(store: Store, raw: list[Signal]) -> None:
    """A won term's value falls on its days in equal parts: of each, what the exact share of that day is."""
    rows = ask(store, "signals_contracts", store=TWO)
    won = [s for s in raw if s["type"] == "deal.changed" and s["status"] == "won"]
    shown = {row["time"].date(): row for row in rows}
    day = TODAY + timedelta(days=1)
    parts = counts.recognised_on(raw, day)
    assert shown[day]["recognised_revenue"] == parts if parts else day not in shown
    lately = [s for s in won if TODAY - date_of(s["time"]) <= timedelta(days=60)]
    assert sum(row["won_value"] for row in rows) == sum(s["value"] for s in lately)


def test_customers_are_new_or_come_again(store: Store) -> None:
    """Of three customers of 28 days one bought before, two are new; two of three came more than once."""
    [row] = ask(store, "signals_customers", store=TWO)
    assert (row["customers"], row["new_customers"], row["returning_customers"]) == (3, 2, 1)
    assert row["repeat_rate"] == pytest.approx(2 / 3)
    assert row["days_between_orders"] == pytest.approx((40 + 10) / 6)
    customers_shown.counts_orders_once(store, TWO)


def test_campaigns_stand_beside_their_usual(store: Store) -> None:
    """A campaign's sales today, and the median of the like days that had sales: of 5000 and 0 it is 2500."""
    rows = {row["campaign"]: row for row in ask(store, "signals_campaigns")}
    spring = rows["Spring letter"]
    assert (spring["sales"], spring["orders"], spring["net"], spring["usual_net"]) == (2, 2, 3600, 2500)
    assert (rows["Back in stock"]["net"], rows["Back in stock"]["usual_net"]) == (0, 400)
    assert (spring["usual_orders"], rows["Back in stock"]["usual_orders"]) == (0.5, 0.5)


def test_people_are_ranked_by_deals_and_their_value(store: Store, raw: list[Signal]) -> None:
    """Four weeks of closed deals by person, the most first, each equal to a count of the raw signals."""
    first = TODAY - timedelta(days=27)
    won, value = counts.closed(raw)

    def asked(measure: str) -> dict[str, list[dict[str, Any]]]:
        args = LeaderboardArgs(by="staff", measure=measure, first=first, last=TODAY, top=100)
        document = run(Place(store, CALENDAR), "leaderboard", args)
        return {board["currency"]: board["top"] for board in document["boards"]}

    [told] = asked("deals_won").values()
    assert {place["key"]: place["value"] for place in told} == won != {}
    assert [place["value"] for place in told] == sorted(won.values(), reverse=True)
    worth = asked("won_value")
    assert {money: {place["key"]: place["value"] for place in top} for money, top in worth.items()} == value
    asks = [s for s in raw if s.get("kind") == "csat" and date_of(s["time"]) >= first]
    answers = Counter(s.get("staff_id") for s in asks)
    scored = {place["key"]: place["of"] for place in asked("csat")[""]}
    assert scored == {key: count for key, count in answers.items() if key and count >= 5} != {}
    with pytest.raises(CannotAct, match="not by category"):
        run(Place(store), "leaderboard", LeaderboardArgs(by="category", measure="csat", day=TODAY))


def test_everything_is_ranked_as_the_ledger_ranks_it(store: Store) -> None:
    """The first ten by every measure, with value and movement, at the chosen stores and nowhere else."""
    told = totals(store)
    for by, stores in (("staff", TWO), ("store", TWO), ("store", ["web"])):
        rows = ask(store, "signals_ranked", store=stores, by=by, measure=list(SIGNAL_BOARDS))
        for measure, board in SIGNAL_BOARDS.items():
            value = "own_money" if board.unit == "minor units" else "own_number"
            assert counts.places(told, by, stores, measure) == [
                (row["rank"], row["who"], round(float(row[value]), 6), row["made_of"], row["movement"])
                for row in rows
                if row["measure"] == measure
            ]
        assert len({row["measure"] for row in rows}) >= 6


async def test_the_page_shows_deals_and_ranks_of_the_stores_of_a_key(store: Store) -> None:
    """Each of two keys of one shop gets what that one sells, and nobody and nothing of the other."""
    for own, sells in (("quayside", (True, False)), ("web", (False, True))):
        reader = SignalsReader(store, CALENDAR, lambda: NOW, Scope(frozenset({own})), {})
        document = await reader.read()
        assert [(each.deals_won > 0, each.subscribers > 0) for each in document.revenue] == [sells]
        assert {each.key for each in document.best if each.by == "store"} == {own}
        assert any(each.by == "staff" for each in document.best) == (own == "quayside")
        assert document.received is None


async def test_the_page_shows_what_customers_bring_at_the_stores_of_a_key(
    store: Store, raw: list[Signal]
) -> None:
    """Who buys again, campaigns, revenue that recurs and contracts; of one store nothing of the other."""
    both, deals, subscriptions = [
        await customers_shown.shown(store, own) for own in (None, "quayside", "web")
    ]
    for document in (both, subscriptions):
        customers_shown.shows_buyers(document)
        customers_shown.shows_subscriptions(document, raw)
    assert (deals.customers.customers, deals.customers.repeat_rate, deals.campaigns) == (0, None, [])
    [lent] = deals.recurring
    assert lent.before + sum(lent.moves.values()) == lent.mrr == 0 != max(mrr for _, mrr in lent.days)
    assert subscriptions.contracts == []
    for document in (both, deals):
        customers_shown.shows_contracts(document, raw)
    assert both.exponents == {"GBP": 2, "EUR": 2}


async def test_who_comes_again_is_asked_once_a_minute(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often the page reads; campaigns are asked each time."""
    asked = customers_shown.noted(monkeypatch)
    times = [NOW + timedelta(seconds=seconds) for seconds in (0, 30, 59, 60)]
    clock = iter(times)
    reader = CustomersReader(store, CALENDAR, lambda: next(clock), Scope())
    documents = [await reader.read() for _ in times]
    assert (asked["signals_customers"], asked["signals_campaigns"]) == (2, 4)
    assert len({document.customers for document in documents}) == 1


def test_sessions_of_a_week_are_known_by_store(store: Store, raw: list[Signal]) -> None:
    """How many began and how many bought, for the areas of opportunity."""
    own = sessions_by_store(store, ["sessions", "purchases"], TODAY, TODAY)["web"]
    assert [own.get("sessions", 0), own.get("purchases", 0)] == reached(raw, 0)[:: len(STEPS) - 1]
