"""Cases in words: every kind of evidence has a name, and its figures their unit."""

from __future__ import annotations

import pytest

from daybook.reporting.case_wording import KINDS, evidence_row, figure, opportunity_row, review_rows
from tests.ledger.cases import test_gathering


@pytest.mark.parametrize(
    "value, unit, text",
    [
        (1600, "thousandths", "160.0 %"),
        (-2_500_000, "millionths", "-2.50"),
        (61, "minutes", "61 min"),
        (1234, "count", "1,234"),
    ],
)
def test_a_figure_is_told_in_its_unit(value: int, unit: str, text: str) -> None:
    """Parts as percent, sums of scores with two digits, minutes and counts as they are."""
    assert figure(value, unit) == text


def test_every_kind_of_evidence_has_a_name() -> None:
    """What the ledger's tests find is named for people."""
    marks = test_gathering.test_what_goes_wrong_stands_first.pytestmark  # type: ignore[attr-defined]
    kinds = {row[1] for row in marks[0].args[1]}
    assert kinds <= KINDS.keys()


def test_evidence_and_opportunities_are_rows() -> None:
    """Words in place of codes, money in full."""
    one = {
        "kind": "stock_out",
        "label": "mug",
        "value": 150,
        "usual": 0,
        "unit": "thousandths",
        "unusual": 15_000,
        "accounts_for": 304,
        "points_to": "stock",
    }
    assert evidence_row(one) == [
        "Out of stock, part of usual sales",
        "mug",
        "15.0 %",
        "0.0 %",
        "15.0",
        "30 %",
        "stock",
    ]
    area = {
        "area": "region",
        "key": "North",
        "currency": "GBP",
        "unit": "minor units",
        "actual": 1200,
        "own": 600_000,
        "like": 1_000_000,
        "gap": 800,
    }
    assert opportunity_row(area) == ["region", "North", "GBP 12.00", "60.0 %", "100.0 %", "GBP 8.00"]


def test_the_weekly_review_is_told_in_sentences() -> None:
    """Causes with their cost and how often they come; actions with who is late; other reports have none."""
    assert review_rows({"review": None}) == review_rows({}) == []
    short = {"case_id": "c-1", "title": "Quay is short"}
    action = {"case_id": "c-1", "text": "spare till", "owner": "lee", "due": "2026-03-04", "overdue": True}
    told = dict(
        review_rows(
            {
                "review": {
                    "causes": [
                        {
                            "cause": "customer_feedback",
                            "currency": "GBP",
                            "cases": 2,
                            "cost": 1250,
                            "weeks": 3,
                            "repeated": True,
                        }
                    ],
                    "unexplained": [short],
                    "actions": [action],
                    "opportunities": [],
                    "trend": [{"first": "2026-03-02", "currency": "", "cases": 1, "cost": 0}],
                    "tracking": [],
                }
            }
        )
    )
    assert told["What shortfalls ended with"] == [
        "customer feedback: 2 cases that cost GBP 12.50, and so in 3 weeks"
    ]
    assert told["Without a cause yet"] == ["Quay is short (c-1)"]
    assert told["Actions still to be done"] == ["spare till (lee, overdue since 2026-03-04, case c-1)"]
    assert told["Week by week"] == ["from 2026-03-02: 1 case that cost nothing known"]
