"""Rolling windows."""

from __future__ import annotations

from datetime import date, timedelta

from daybook.ledger.measures import GROSS, WIDTH
from daybook.ledger.windows import DayTotal, QuarterTotal, rolling

NOW = 1_795_521_600 + 7 * 60
"""Seven minutes into a quarter hour."""
RUNNING = 1_795_521_600
TODAY = date(2026, 11, 24)


def vector(amount: int) -> list[int]:
    """Stored measures with a gross alone."""
    return [amount if place == GROSS else 0 for place in range(WIDTH)]


def test_the_last_sixty_minutes_are_four_quarter_hours_and_the_running_one() -> None:
    """The fifth full quarter hour before the running one is out, and so is one that is yet to come."""
    quarters = [QuarterTotal("leeds", "GBP", RUNNING - 900 * back, vector(10**back)) for back in range(6)]
    quarters.append(QuarterTotal("leeds", "GBP", RUNNING + 900, vector(5)))
    found = rolling(quarters, [], NOW, {"leeds": TODAY})["leeds", "GBP"]
    assert found["last_60_minutes"].gross == 11_111
    assert found["last_24_hours"].gross == 111_111


def test_days_are_each_stores_own() -> None:
    """Seven and 28 business dates up to the store's today; a store without a today has none."""
    days = [DayTotal("leeds", "GBP", TODAY - timedelta(days=back), vector(1)) for back in range(-1, 40)]
    days += [DayTotal("closed", "GBP", TODAY, vector(1))]
    found = rolling([], days, NOW, {"leeds": TODAY})
    assert {name: figures.gross for name, figures in found["leeds", "GBP"].items()} == {
        "last_7_days": 7,
        "last_28_days": 28,
    }
    assert ("closed", "GBP") not in found


def test_currencies_are_never_added() -> None:
    """A store that sells in two currencies has a row for each."""
    quarters = [QuarterTotal("leeds", currency, RUNNING, vector(1)) for currency in ("GBP", "EUR")]
    assert set(rolling(quarters, [], NOW, {})) == {("leeds", "GBP"), ("leeds", "EUR")}
