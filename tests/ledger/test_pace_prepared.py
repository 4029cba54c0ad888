"""Paces that are prepared beforehand, bit by bit."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from daybook.ledger import sold as sold_module
from daybook.ledger.curves import day_curves
from daybook.ledger.pace import Paces, store_paces
from daybook.ledger.sold import SoldByQuarter
from tests.ledger.test_pace import CALENDAR, NOON, TODAY, sold, weeks


def test_what_is_prepared_beforehand_is_done_bit_by_bit_and_changes_nothing() -> None:
    """No bit is more than one store's work; `at` finds nothing left to do, and says the same."""
    amounts = {
        (store, "GBP"): [*weeks(9, 9, 12, 15), sold(TODAY, 10, 70)] for store in ("leeds", "york", "bath")
    }
    prepared, counted = Paces(SoldByQuarter.of(amounts, CALENDAR)), []
    with pytest.MonkeyPatch.context() as patched:
        made: list[date] = []
        whole = day_curves

        def noting(*given: Any) -> Any:
            found = whole(*given)
            made.extend(found)
            return found

        patched.setattr(sold_module, "day_curves", noting)
        for _ in prepared.prepared(NOON):
            counted.append(len(made))
            made.clear()
        assert counted == [10, 10, 10, 0, 0, 0]
        paces_now = prepared.at(NOON)
        assert made == []
    assert paces_now == store_paces(amounts, CALENDAR, NOON)
