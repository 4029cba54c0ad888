"""The written report and the terminal: the same figures as the boards, to the minor unit."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from daybook.cli.report import written
from daybook.cli.watching import picture
from daybook.dashboards.board.reading import TodayReader
from daybook.operations.base import CannotAct, Place
from daybook.operations.report import ReportArgs, report
from daybook.operations.today import TodayArgs, show_today
from daybook.reporting.html import as_html
from daybook.reporting.sentences import sentence
from daybook.reporting.tables import as_csv, as_markdown
from daybook.reporting.wording import money
from daybook.schemas.measures import CustomMeasure
from daybook.schemas.rounding import divide
from daybook.schemas.targets import Target, TargetPeriod
from daybook.sinks.award_rows import AWARDS
from daybook.sinks.store import Store
from tests.dashboards.shop import Quarter, Sold, at, shop, write, write_quarters
from tests.dashboards.test_queries import CALENDAR, TODAY, counted, day_of, drawn
from tests.rewards.test_recognition_boards import award, insert

NOW = at("2026-11-26 12:00")
LINES = """
    SELECT currency, sum(gross + discounts + reversals), sum(orders) FROM counted_lines
    WHERE book = 'sales' AND business_date BETWEEN {first:Date} AND {last:Date} GROUP BY currency
"""


@pytest.fixture
def place(store: Store) -> Place:
    """Three days of drawn sales in three stores and two currencies."""
    write(store, CALENDAR, drawn(seed=11))
    return Place(store, CALENDAR)


def args(kind: Any, day: date = TODAY, **others: Any) -> ReportArgs:
    """Of the period that holds a day, as of two days later."""
    return ReportArgs(kind=kind, day=day, at=NOW, **others)


@pytest.mark.parametrize("kind", ["day", "week", "month"])
def test_every_figure_agrees_with_the_lines(place: Place, kind: str) -> None:
    """The whole, its days, stores and channels all add up to what the counted lines do."""
    document = report(place, args(kind))
    asked = {"first": date.fromisoformat(document["first"]), "last": date.fromisoformat(document["last"])}
    expected = {row[0]: row[1:] for row in place.store.rows(LINES, asked)}
    assert {
        own["currency"]: (own["figures"]["net"], own["figures"]["orders"]) for own in document["currencies"]
    } == expected
    for own in document["currencies"]:
        net = own["figures"]["net"]
        assert sum(day["net"] or 0 for day in own["days"]) == net
        assert sum(row["net"] for row in own["store"]) == net
        assert sum(row["net"] for row in own["channel"]) == net


async def test_the_days_report_agrees_with_the_live_page(place: Place) -> None:
    """Per currency and store the same net sales, orders, reversals and averages as the view of today."""
    reader = TodayReader(place.store, CALENDAR, lambda: at("2026-11-24 23:30"))
    page = await reader.read()
    document = report(place, args("day"))
    for own in document["currencies"]:
        (group,) = [each for each in page.groups if each.currency == own["currency"]]
        stores = [
            each for each in page.stores if each.currency == own["currency"] and each.business_date == TODAY
        ]
        if len(stores) == group.stores:
            figures = own["figures"]
            shown = (group.net, group.orders, group.reversed, group.discounts, group.average_order)
            assert shown == tuple(
                figures[name] for name in ("net", "orders", "reversals", "discounts", "average_order")
            )
        by_store = {row["key"]: (row["net"], row["orders"]) for row in own["store"]}
        assert {each.store_id: (each.net, each.orders) for each in stores} == {
            key: value for key, value in by_store.items() if key in {each.store_id for each in stores}
        }
    assert page.groups


def test_the_formats_tell_the_same_figures(place: Place) -> None:
    """Net sales of each currency stand exactly so in Markdown, HTML and CSV."""
    document = report(place, args("day"))
    forms = {form: written(document, form) for form in ("md", "html", "csv")}
    rows = list(csv.DictReader(io.StringIO(forms["csv"])))
    for own in document["currencies"]:
        net, digits = own["figures"]["net"], {"GBP": 2, "JPY": 0}[own["currency"]]
        text = f"{own['currency']} {net / 10**digits:,.{digits}f}"
        assert f"**Net sales {text}**" in forms["md"]
        assert f'<data value="{net}">{text}</data>' in forms["html"]
        (row,) = [
            row
            for row in rows
            if (row["currency"], row["dimension"], row["figure"]) == (own["currency"], "all", "net")
        ]
        assert row["value"] == f"{net / 10**digits:.{digits}f}"


def test_measures_of_ones_own_are_in_every_format(place: Place) -> None:
    """What an order brings less reversals, computed exactly: in the document, as Markdown, HTML and CSV."""
    custom = [CustomMeasure(name="net_per_order", expression="net / orders")]
    document = report(place, args("week", custom=custom))
    (own,) = [each for each in document["currencies"] if each["currency"] == "GBP"]
    (told,) = own["measures"]
    assert (told["name"], told["unit"]) == ("net_per_order", "minor units")
    assert told["value"] == divide(own["figures"]["net"], own["figures"]["orders"])
    shown = f"{told['value'] / 100:,.2f}"
    assert f"net per order: {money(told['value'], 'GBP')}" in as_markdown(document)
    assert "net per order" in as_html(document)
    assert f"GBP,all,,All stores,net_per_order,{shown.replace(',', '')}" in as_csv(document)
    broken = [CustomMeasure(name="odd", expression="net / nothing")]
    with pytest.raises(CannotAct, match="nothing is no measure"):
        report(place, args("week", custom=broken))


def test_the_page_of_a_report_needs_nothing_else(place: Place) -> None:
    """No script, no address to load from, names escaped, and each chart is a whole SVG."""
    html = written(report(place, args("week")), "html")
    assert "<script" not in html
    assert not re.search(r'(?:src|href)="(?!#)', html)
    charts = re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL)
    assert len(charts) >= 3
    for chart in charts:
        ET.fromstring(chart)  # noqa: S314 - our own text
    assert "It&#39;s \\ odd" in html


def test_a_products_name_cannot_become_markup_or_a_formula(store: Store) -> None:
    """Whatever it holds is text in all three formats."""
    names = ["<img src=x>", "=1+1", "a|b *c*"]
    write(
        store,
        CALENDAR,
        [Sold("leeds", at("2026-11-24 09:00"), name, 500 + n) for n, name in enumerate(names)],
    )
    document = report(Place(store, CALENDAR), args("day"))
    assert "<img" not in written(document, "html")
    assert "| \\<img src=x\\> |" in written(document, "md")
    assert "| A\\|b \\*c\\* |" in written(document, "md")
    cells = {row["name"] for row in csv.DictReader(io.StringIO(written(document, "csv")))}
    assert "'=1+1" in cells


def test_what_stands_out_is_said_in_a_sentence(store: Store) -> None:
    """A Tuesday below all its like days, and a missed target; nothing of a year that is not known."""
    past = [
        Quarter("leeds", at("2026-11-24 10:00") - timedelta(weeks=back), "GBP", 90_000 + back)
        for back in range(1, 6)
    ]
    for name in ("store", "store_quarter"):
        write_quarters(store, CALENDAR, past, dimension=name)
    write(store, CALENDAR, [Sold("leeds", at("2026-11-24 10:00"), "mug", 12_345)])
    target = Target(
        scope="store",
        key="leeds",
        currency="GBP",
        amount=20_000,
        period=TargetPeriod.DAY,
        first=TODAY,
        set_at=NOW,
        reason="budget",
    )
    document = report(Place(store, CALENDAR), args("day", targets=[target]))
    (own,) = document["currencies"]
    told = [sentence(document, "GBP", each) for each in own["standouts"]]
    expected = "leeds: GBP 123.45, less than on any of the last 5 Tuesdays with sales, which brought "
    assert expected + "GBP 900.01 to GBP 900.05." in told
    assert "leeds: missed the target of GBP 200.00, GBP 76.55 short." in told
    assert not [each for each in told if "364 days" in each]


def test_the_last_period_that_is_over_is_meant_where_none_is_named(place: Place) -> None:
    """Midnight in Osaka does not end the day of Leeds: the day before the earliest business date counts."""
    moment = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)  # in Osaka it is the 25th
    assert report(place, ReportArgs(kind="day", at=moment))["first"] == "2026-11-23"
    assert report(place, ReportArgs(kind="week", at=moment + timedelta(weeks=1)))["first"] == "2026-11-23"


def test_days_that_are_not_closed_are_said_to_be_provisional(place: Place) -> None:
    """Six hours after the day's end at each store its figures are final, and not before."""
    early = ReportArgs(kind="day", day=TODAY, at=at("2026-11-25 05:59"))
    assert report(place, early)["provisional"] == ["leeds", "york"]
    assert "Provisional: not closed yet at leeds, york." in written(report(place, early), "md")
    assert report(place, args("day"))["provisional"] == []


def test_without_sales_or_stores_it_says_so(store: Store) -> None:
    """A sentence, and no empty report."""
    with pytest.raises(CannotAct, match="Nothing was sold from 2026-11-24"):
        report(Place(store, CALENDAR), args("day"))
    with pytest.raises(CannotAct, match="stores file"):
        report(Place(store), args("day"))


def test_the_terminal_shows_what_the_page_does(place: Place) -> None:
    """Each currency's and each store's net sales, in full, from the same document."""
    moment = at("2026-11-24 14:00")
    document = show_today(place, TodayArgs(at=moment))
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(picture(document))
    text = console.export_text()
    net = sum(
        s.net for s in counted(drawn(seed=11)) if day_of(s) == TODAY and s.store_id in ("leeds", "york")
    )
    assert f"GBP {net / 100:,.2f}" in text
    for entry in document["stores"]:
        assert entry["name"] in text
    assert "received 300 = counted" in text


def test_the_terminal_without_sales_says_so(store: Store) -> None:
    """Nothing counted is a sentence, not an empty screen."""
    calendar = type(CALENDAR)([shop("leeds", "Europe/London")])
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(picture(show_today(Place(store, calendar), TodayArgs(at=NOW))))
    assert "Nothing of yesterday or today" in console.export_text()


def test_the_terminal_says_while_the_past_is_loading(place: Place) -> None:
    """What comes in is old and grows: that is said, and not that nothing new comes in."""
    console = Console(width=160, record=True, file=io.StringIO())
    for loading in (True, False):
        there = replace(place, filling=lambda loading=loading: loading)  # type: ignore[misc]
        console.print(picture(show_today(there, TodayArgs(at=NOW))))
        shown = console.export_text()
        assert ("the past is loading" in shown, "stale" in shown) == (loading, not loading)


def test_the_report_tells_what_everyone_may_know_of_awards(place: Place) -> None:
    """Ann's gift card stands in its day's report, in page and text; Bob's, who is to know first, does not."""
    day = {"first": TODAY, "last": TODAY}
    public, private = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
    insert(place.store, AWARDS, award(1, **day, public_at=public))
    insert(place.store, AWARDS, award(2, **day, key="bob", name="Bob", public_at=private))
    document = report(place, args("day"))
    line = f"Ann: Best of the day, {TODAY}: GBP 25.00, gift card"
    assert [each["key"] for each in document["awards"]] == ["ann"]
    assert line in written(document, "markdown").replace("\\", "")
    assert line in written(document, "html")
    assert "Bob" not in written(document, "html")
