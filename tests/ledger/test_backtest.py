"""How right the projected close is, beside naive ways: on days made by hand and on the real file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from daybook.ledger.backtest import backtest, past_days
from daybook.ledger.calendar import Calendar
from daybook.ledger.curves import QuarterAmount, day_curves
from daybook.ledger.history import History
from daybook.ledger.measures import GROSS
from daybook.ledger.quantiles import PPM
from daybook.ledger.state import PartitionLedger, Record
from daybook.producers.importers.online_retail import convert, read_rows, stores
from daybook.schemas.codec import encode_event
from tests.ledger.curves import mondays

REAL = Path(__file__).parents[3] / "shared" / "data" / "online-retail-2010-12-to-2011-03.csv.gz"
NAIVE = ("last_week", "straight_line", "actual_over_share", "median_day")
HALF_POINT = PPM // 200


def test_each_method_guesses_as_it_says() -> None:
    """After eight days of 400 by ten and 400 by two, a day of 500 and 700 by hand."""
    usual = {36: 400, 55: 400}
    days = past_days(mondays([*[usual] * 8, {36: 500, 55: 700}]), date.min, date.max)
    (result,) = backtest(days, [46])
    guesses = {"projected": 900, "last_week": 800, "straight_line": 1_000, "actual_over_share": 1_000}
    assert result.errors == {
        name: round((1_200 - guess) * PPM / 1_200) for name, guess in (guesses | {"median_day": 800}).items()
    }


def test_days_without_eight_like_days_are_left_out() -> None:
    """Of nine Mondays only the ninth is tested, and none where nothing was sold."""
    nine = mondays([{40: 100}] * 9)
    assert len(past_days(nine, date.min, date.max)) == 1
    assert past_days(mondays([*[{40: 100}] * 8, {}]), date.min, date.max) == []
    with pytest.raises(ValueError, match="no values"):
        backtest([], [48])


@pytest.mark.skipif(not REAL.exists(), reason="the Online Retail file does not lie beside this checkout")
def test_the_projected_close_beats_naive_ways_on_real_sales() -> None:
    """Better than every naive way at noon and at two, and within half a point of the best at three."""
    calendar = Calendar(stores().stores)
    ledger = PartitionLedger(0, 1, calendar)
    events = convert(read_rows(REAL)).events
    ledger.fold([Record(i, 1_800_000_000_000, encode_event(event)) for i, event in enumerate(events)])
    amounts = [
        QuarterAmount(date.fromisoformat(day), int(key.rpartition("|")[2]), vector[GROSS])
        for (book, day, _, dimension, key), vector in ledger.totals.items()
        if (book, dimension) == ("sales", "store_quarter")
    ]
    history = History(day_curves(amounts, calendar.store("online-retail").days))
    noon, two, three = backtest(past_days(history, date.min, date.max), [48, 56, 60])
    for result in (noon, two):
        assert result.errors["projected"] < min(result.errors[name] for name in NAIVE)
    assert three.errors["projected"] <= min(three.errors[name] for name in NAIVE) + HALF_POINT
