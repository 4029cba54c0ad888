"""Where the sales of a batch count: their stores' regions, business dates and quarter hours."""

from __future__ import annotations

from typing import Final

import numpy as np

from daybook.ledger.calendar import QUARTER, Calendar
from daybook.ledger.columns.codes import ABSENT, Codes, Flags, Ints
from daybook.ledger.columns.grouping import Groups
from daybook.ledger.columns.sales import DayName, KeyColumn
from daybook.ledger.lines import SALES, TEST

_QUARTER: Final = QUARTER * 1_000_000
_BOOKS: Final = (SALES, TEST)


def known_stores(store: Ints, stores: Codes, calendar: Calendar) -> Flags:
    """Which rows are of a store that the calendar holds. ``store``: codes, or ``REFUSED``."""
    known = np.fromiter((text in calendar for text in stores.texts), np.bool_, len(stores.texts))
    return known[store] & (store >= 0)


def regions(store: Ints, region: Ints, stores: Codes, texts: Codes, calendar: Calendar) -> Ints:
    """Codes of the regions that sales count in: the event's, or its store's own."""
    if (region != ABSENT).all():
        return region
    own = np.full(len(stores.texts), ABSENT, np.int64)
    present = np.unique(store).tolist()
    own[present] = texts.of([calendar.store(stores.texts[code]).region for code in present])
    return np.where(region == ABSENT, own[store], region)


class Moments:
    """The business dates and quarter hours of sales of known stores.

    ``quarter`` are the keys of the dimension ``store_quarter``.
    """

    def __init__(self, store: Ints, at: Ints, stores: Codes, calendar: Calendar) -> None:
        quarters = at // _QUARTER
        groups = Groups((quarters - quarters.min()) * len(stores.texts) + store)
        pairs = zip(store[groups.first].tolist(), quarters[groups.first].tolist(), strict=True)
        named = [(stores.texts[code], quarter) for code, quarter in pairs]
        found = [(store_id, calendar.moment_of(store_id, quarter)) for store_id, quarter in named]
        number = groups.numbers()
        texts = ["", *(f"{store_id}|{moment.quarter}" for store_id, moment in found)]
        self.quarter = KeyColumn("store_quarter", number + 1, texts)
        dates = [moment.business_date for _, moment in found]
        self._dates: Ints = np.array([day.toordinal() for day in dates], np.int64)[number]
        self._iso = {day.toordinal(): day.isoformat() for day in dates}

    def days(self, test: Flags, currency: Ints, currencies: Codes) -> tuple[list[DayName], Ints]:
        """The names of book, business date and currency, and for each sale the number of its name."""
        book = test.astype(np.int64)
        first = int(self._dates.min())
        groups = Groups(((self._dates - first) * len(currencies.texts) + currency) * len(_BOOKS) + book)
        names = [
            (_BOOKS[book[row]], self._iso[int(self._dates[row])], currencies.texts[currency[row]])
            for row in groups.first.tolist()
        ]
        return names, groups.numbers()
