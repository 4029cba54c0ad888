"""Where the sales of a batch count: their stores' regions, business dates and quarter hours."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np

from daybook.ledger.calendar import QUARTER, Calendar
from daybook.ledger.columns.codes import ABSENT, Codes, Flags, Ints
from daybook.ledger.columns.grouping import Groups
from daybook.ledger.columns.sales import DayName, KeyColumn
from daybook.ledger.lines import SALES, TEST

_QUARTER: Final = QUARTER * 1_000_000
_BOOKS: Final = (SALES, TEST)
_STORES: Final = 2**20
"""More than there are codes of stores."""
_KEPT: Final = 200_000


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


class QuarterCodes(dict[int, int]):
    """Codes of stores' quarter hours, given as they come; they lead to a key's text and a business date."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = [""]
        self._dates: array[int] = array("q", [0])
        self._stores: Sequence[str] = ()
        self._calendar: Calendar | None = None
        self._edition = 0

    def of(self, store: Ints, quarter: Ints, stores: Codes, calendar: Calendar) -> Ints:
        """The codes of a column of stores' codes and one of quarter hours, counted since 1970."""
        known = self._stores is stores.texts and self._calendar is calendar
        if not known or self._edition != calendar.edition or len(self) > _KEPT:
            self.clear()
            self.texts, self._dates = [""], array("q", [0])  # new: columns read before keep theirs
            self._stores, self._calendar, self._edition = stores.texts, calendar, calendar.edition
        keys = quarter * _STORES + store
        return np.fromiter(map(self.__getitem__, keys.tolist()), np.int64, len(keys))

    def __missing__(self, key: int) -> int:
        quarter, store = divmod(key, _STORES)
        assert self._calendar is not None
        name = self._stores[store]
        moment = self._calendar.moment_of(name, quarter)
        code = self[key] = len(self.texts)
        self.texts.append(f"{name}|{moment.quarter}")
        self._dates.append(moment.business_date.toordinal())
        return code

    def dates(self, codes: Ints) -> Ints:
        """The business dates behind codes, as days since the year 1."""
        return np.array(self._dates, np.int64)[codes]


class Moments:
    """The business dates and quarter hours of sales of known stores.

    ``quarter`` are the keys of the dimension ``store_quarter``.
    """

    def __init__(self, store: Ints, at: Ints, stores: Codes, calendar: Calendar, known: QuarterCodes) -> None:
        codes = known.of(store, at // _QUARTER, stores, calendar)
        self.quarter = KeyColumn("store_quarter", codes, known.texts)
        self._dates = known.dates(codes)

    def days(self, test: Flags, currency: Ints, currencies: Codes) -> tuple[list[DayName], Ints]:
        """The names of book, business date and currency, and for each sale the number of its name."""
        book = test.astype(np.int64)
        first = int(self._dates.min())
        groups = Groups(((self._dates - first) * len(currencies.texts) + currency) * len(_BOOKS) + book)
        rows = groups.first
        names = [
            (_BOOKS[of], date.fromordinal(day).isoformat(), currencies.texts[code])
            for of, day, code in zip(*(c[rows].tolist() for c in (book, self._dates, currency)), strict=True)
        ]
        return names, groups.numbers()
