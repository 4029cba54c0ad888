"""What the written report tells of signals: the period's figures, each with what it is made of."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest

from daybook.cli.signals import show
from daybook.ledger.calendar import Calendar
from daybook.ledger.periods import PERIODS
from daybook.operations.base import CannotAct, Place
from daybook.operations.report import ReportArgs, report
from daybook.operations.report_signals import signals_of
from daybook.operations.signals import SignalsArgs, show_signals
from daybook.reporting.html import as_html
from daybook.reporting.tables import as_csv, as_markdown
from daybook.reporting.wording import MINUS, NONE, signal_line
from daybook.sinks.signal_rows import TOTAL_COLUMNS
from daybook.sinks.store import Store, transposed
from tests.dashboards.shop import Sold, at, shop, write

_DAY = date(2026, 3, 10)
CALENDAR = Calendar([shop("web", "Europe/London")])


def _put(store: Store, day: date, currency: str = "", **measures: int) -> None:
    rows = [
        ("sales", day, currency, "store", "web", measure, 0, 1, value) for measure, value in measures.items()
    ]
    store.insert("signal_totals", transposed(TOTAL_COLUMNS, rows))


def test_figures_stand_beside_those_of_the_day_before(store: Store) -> None:
    """Shares, scores with their answers and counts; nothing, and too few answers, are left out."""
    _put(
        store, _DAY, sessions=200, purchases=9, csat_answers=8, csat_satisfied=6, nps_answers=4,
        nps_promoters=4, payment_failures=12,
    )  # fmt: skip
    _put(store, _DAY - timedelta(days=1), sessions=100, purchases=6, payment_failures=3)
    told = signals_of(store, PERIODS["day"](_DAY), PERIODS["day"](_DAY - timedelta(days=1)))
    assert [signal_line(each) for each in told] == [
        "Sessions: 200 (before: 100)",
        "Conversion: 4.5 % (before: 6.0 %)",
        "CSAT: 75.0 % of 8",
        "Failed payments: 12 (before: 3)",
    ]


def test_customers_campaigns_and_what_is_promised_stand_in_the_report(store: Store) -> None:
    """28 days' customers, campaigns against like days, recurring revenue and contracts: in all formats."""
    sales = [
        _sold(back, who, campaign, amount)
        for back, who, campaign, amount in (
            (40, "1", "", 900), (30, "2", "", 500), (7, "2", "Spring|letter", 4000),
            (0, "1", "Spring|letter", 2500), (0, "3", "Spring|letter", 1100),
        )
    ]  # fmt: skip
    write(store, CALENDAR, sales)
    _put(store, _DAY - timedelta(days=40), "JPY", mrr_new=5000, subscribers_new=5)
    _put(store, _DAY, "JPY", mrr_new=1200, mrr_churn=-1000, won_value=36_500, recognised_revenue=150)
    _put(store, _DAY - timedelta(days=1), "JPY", recognised_revenue=50)
    place, args = Place(store, CALENDAR), ReportArgs(kind="day", day=_DAY, at=at("2026-03-12 09:00"))
    document = report(place, args)
    assert [signal_line(each) for each in document["signals"]] == [
        "Customers of 28 days: 3 (before: 1)",
        "Of these new: 1 (before: 0)",
        "Of these returning: 2 (before: 1)",
        "Repeat rate: 66.7 % (before: 100.0 %)",
        "Days between two orders: 31.5 (before: 23.0)",
        "Campaign Spring|letter: GBP 36.00 of 2 orders (usual: GBP 40.00)",
        "MRR: JPY 5,200 (before: JPY 5,000)",
        "MRR, new: JPY 1,200",
        f"MRR, churn: JPY {MINUS}1,000",
        "Contracts won: JPY 36,500 (before: JPY 0)",
        "Contract revenue recognised: JPY 150 (before: JPY 50)",
    ]
    assert "Campaign Spring\\|letter: GBP 36.00" in as_markdown(document)
    assert "JPY 36,500" in as_html(document)
    rows = list(csv.DictReader(io.StringIO(as_csv(document))))
    assert [row["value"] for row in rows if row["figure"] == "won_value"] == ["36500"]
    assert [
        (row["key"], row["value"]) for row in rows if (row["dimension"], row["figure"]) == ("campaign", "net")
    ] == [("Spring|letter", "36.00")]
    week = report(place, ReportArgs(kind="week", day=_DAY, at=at("2026-03-20 09:00")))
    told = [signal_line(each) for each in week["signals"]]
    assert "Contract revenue recognised: JPY 200" in told
    assert not any(line.startswith("Campaign") for line in told)
    [own] = week["currencies"]
    assert [(row["key"], row["net"], row["orders"], row["before"]) for row in own["campaign"]] == [
        ("Spring|letter", 3600, 2, 4000)
    ]


def test_the_terminal_shows_signals_and_customers(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    """`daybook signals`: today's visits, who buys again, campaigns and revenue, of one store or of all."""
    now = datetime.now(UTC)
    calendar = Calendar([shop("web", "Europe/London"), shop("leeds", "Europe/London")])
    bought = [
        Sold("web", now - timedelta(days=back, seconds=9), "mug", 1250, customer="1" * 32) for back in (9, 0)
    ]
    write(store, calendar, [*bought, Sold("web", now, "mug", 990, campaign="Spring letter")])
    today = calendar.moment("web", now).business_date
    _put(store, today, "JPY", mrr_new=1200, subscribers_new=1, won_value=36_500, recognised_revenue=150)
    show(show_signals(Place(store, calendar), SignalsArgs()))
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert (
        f"Today so far: 0 sessions, conversion {NONE}, carts left {NONE}, 0 enquiries, 0 failed payments"
        in lines
    )
    assert (
        "Customers of 28 days: 1, of these 1 new and 0 returning; repeat rate 100.0 %, 9 days between orders"
        in lines
    )
    assert any(line.startswith("Spring letter GBP 9.90 ") for line in lines)
    assert "JPY 0 1,200 0 0 0 0 0 1,200 1 0.0 %" in lines
    assert "JPY 36,500 150 150 0" in lines
    show(show_signals(Place(store, calendar), SignalsArgs(store="leeds")))
    assert "Customers" not in capsys.readouterr().out
    with pytest.raises(CannotAct, match="There is no store york; there are leeds, web"):
        show_signals(Place(store, calendar), SignalsArgs(store="york"))
    with pytest.raises(CannotAct, match="stores file"):
        show_signals(Place(store), SignalsArgs())


def _sold(back: int, who: str, campaign: str, amount: int) -> Sold:
    moment = at("2026-03-10 10:00") - timedelta(days=back)
    return Sold("web", moment, "mug", amount, campaign=campaign, customer=who * 32)


def test_without_signals_there_is_nothing_to_tell(store: Store) -> None:
    """No section, whatever came on another day."""
    _put(store, _DAY - timedelta(days=3), sessions=200)
    assert signals_of(store, PERIODS["day"](_DAY), PERIODS["day"](_DAY - timedelta(days=1))) == []
