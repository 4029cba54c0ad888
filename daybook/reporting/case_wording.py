"""Cases in words: what evidence is called, and its figures as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from daybook.reporting.wording import money, part

KINDS: Final = {
    "payment_failures": "Payments that failed",
    "terminal_faults": "Faults of terminals",
    "site_errors": "Errors of the site",
    "enquiries_opened": "Enquiries about",
    "nps_detractors": "Detractors about",
    "unsatisfied": "Unsatisfied customers about",
    "sentiment": "How reviews and messages sound",
    "sessions": "Visits",
    "funnel_product_views": "Visits that go on to a product",
    "funnel_carts": "Product views that go on to a cart",
    "funnel_checkouts": "Carts that go on to checkout",
    "funnel_purchases": "Checkouts that go on to a purchase",
    "silent_till": "Signs of life of tills",
    "stock_out": "Out of stock, part of usual sales",
    "promotion": "Promotion, expected part of usual sales",
    "closed_stores": "Stores closed by their file",
    "data_problem": "Trouble with data",
}
"""What a person calls each kind of evidence."""


def named(kind: str) -> str:
    """What a kind of evidence is called."""
    return KINDS.get(kind, kind.replace("_", " "))


def figure(value: int, unit: str) -> str:
    """A figure of evidence in its unit; sums of scores with two digits."""
    if unit == "thousandths":
        return f"{Decimal(value) / 10:.1f} %"
    if unit == "millionths":
        return f"{Decimal(value) / 1_000_000:.2f}"
    return f"{value:,} min" if unit == "minutes" else f"{value:,}"


def times(unusual: int) -> str:
    """By how many times the usual spread something is off."""
    return f"{Decimal(unusual) / 1000:.1f}"


def explains(part: int | None) -> str:
    """Up to which part of the missing orders something could account for."""
    return "" if part is None else f"{Decimal(part) / 10:.0f} %"


def evidence_row(one: Mapping[str, Any]) -> list[str]:
    """Evidence as a row: what, which, value, usual, how unusual, how much it explains, what it points to."""
    unit = one["unit"]
    return [
        named(one["kind"]),
        one.get("label") or "",
        figure(one["value"], unit),
        figure(one["usual"], unit),
        times(one["unusual"]),
        explains(one.get("accounts_for")),
        one["points_to"].replace("_", " "),
    ]


def opportunity_row(one: Mapping[str, Any]) -> list[str]:
    """An area of opportunity as a row."""

    def told(value: int) -> str:
        return money(value, one["currency"]) if one["currency"] else f"{value:,} {one['unit']}"

    area = one["area"].replace("_", " ")
    return [area, one["key"], told(one["actual"]), part(one["own"]), part(one["like"]), told(one["gap"])]


def review_rows(report: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """The weekly review in sentences, under its headings; nothing in a report of another period."""
    review = report.get("review")
    if review is None:
        return []
    return [
        ("What shortfalls ended with", [_cause(each) for each in review["causes"]]),
        ("Without a cause yet", [f"{each['title']} ({each['case_id']})" for each in review["unexplained"]]),
        ("Actions still to be done", [_action(each) for each in review["actions"]]),
        ("Areas of opportunity", [_opportunity(each) for each in review["opportunities"]]),
        ("Week by week", [_week(each) for each in review["trend"]]),
        ("Wrong with the tracking", [f"{each['title']} ({each['case_id']})" for each in review["tracking"]]),
    ]


def _cause(row: Mapping[str, Any]) -> str:
    again = f", and so in {row['weeks']} weeks" if row["repeated"] else ""
    return f"{row['cause'].replace('_', ' ')}: {_cases(row['cases'])} that cost {_cost(row)}{again}"


def _action(row: Mapping[str, Any]) -> str:
    late = "overdue since" if row["overdue"] else "until"
    return f"{row['text']} ({row['owner']}, {late} {row['due']}, case {row['case_id']})"


def _opportunity(one: Mapping[str, Any]) -> str:
    area, key, actual, own, like, gap = opportunity_row(one)
    return f"{area} {key}: {actual}, {own} of its usual where like ones reach {like}; that is {gap} less"


def _week(row: Mapping[str, Any]) -> str:
    return f"from {row['first']}: {_cases(row['cases'])} that cost {_cost(row)}"


def _cases(number: int) -> str:
    return "1 case" if number == 1 else f"{number} cases"


def _cost(row: Mapping[str, Any]) -> str:
    return money(row["cost"], row["currency"]) if row["currency"] else "nothing known"
