"""Simulated signals of the simulated stores: as many as customers and tills send by chance alone.

Their rates follow each store's own good and bad days and its busy quarter hours, so that they stray at least
as far as its sales do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Final, NamedTuple

import numpy as np

from daybook.ledger.measures import GROSS, ORDERS, WIDTH
from daybook.ledger.merged import MergedTotals
from daybook.ledger.messages import TotalsBucket
from daybook.ledger.signals.encoding import SignalBucket
from daybook.ledger.signals.merged import MergedSignals
from tests.trials.alerts.shops import CURRENCY, Floats, Ints, Weeks

PRODUCTS: Final = 40
BEST_SHARE: Final = 0.5
"""Part of sales that the best seller makes."""
SHARES: Final = np.concatenate(
    [
        [BEST_SHARE],
        (1 - BEST_SHARE) * (1 / np.arange(2, PRODUCTS + 1)) / (1 / np.arange(2, PRODUCTS + 1)).sum(),
    ]
)
TOPICS: Final = ("billing", "customer_service", "technical", "delivery", "product")
TILLS: Final = ("1", "2")
BEATS: Final = 15
"""Signs of life of a till in a quarter hour: one a minute."""
_LOST: Final = 0.01
_RUNS_OUT: Final = 0.05
"""Store-days on which some product runs out."""

Name = tuple[str, str]
"""Measure, and label ('' for none)."""


class Signs(NamedTuple):
    """Counts by measure and label, each of the shape (stores, days, 96), and what the products sold."""

    counts: dict[Name, Ints]


def simulate_signs(weeks: Weeks, seed: int) -> Signs:
    """The signals of all stores if nothing happens."""
    chance = np.random.default_rng([seed, 5])
    busy = weeks.rate / max(float(weeks.rate.mean()), 1e-9)
    counts: dict[Name, Ints] = {}

    def add(measure: str, label: str, mean: float) -> Ints:
        counts[measure, label] = chance.poisson(mean * busy)
        return counts[measure, label]

    visits = add("sessions", "", 30)
    for step, part in (("product_views", 0.7), ("carts", 0.4), ("checkouts", 0.7), ("purchases", 0.8)):
        visits = counts[step, ""] = chance.binomial(visits, part)
    add("payment_failures", "acme: card_declined", 0.4)
    add("payment_failures", "acme: timeout", 0.1)
    add("terminal_faults", "printer", 0.01)
    add("site_errors", "http_500", 0.1)
    for topic in TOPICS:
        add("enquiries_opened", topic, 0.15)
    answers = add("csat_answers", "product", 0.5)
    counts["csat_satisfied", "product"] = chance.binomial(answers, 0.85)
    answers = add("nps_answers", "product", 0.4)
    counts["nps_detractors", "product"] = chance.binomial(answers, 0.25)
    scores = add("sentiment_scores", "product", 0.4)
    counts["sentiment_sum", "product"] = _scores(chance, scores, 0.3)
    is_open = weeks.rate > 0
    for till in TILLS:
        counts["heartbeats", till] = np.where(is_open, BEATS - chance.binomial(BEATS, _LOST, busy.shape), 0)
    _stock(chance, counts, weeks)
    return Signs(counts)


def _scores(chance: np.random.Generator, scores: Ints, mean: float) -> Ints:
    """Sums of so many scores around a mean, in millionths."""
    sums: Floats = scores * mean + np.sqrt(scores) * chance.normal(0, 0.5, scores.shape)
    return (np.clip(sums, -scores, scores) * 1_000_000).astype(np.int64)


def worse(chance: np.random.Generator, signs: Signs, at: tuple[Ints, int, int], more: float) -> None:
    """So many bad reviews more, on average, in a quarter hour of each store."""
    added = chance.poisson(more, len(at[0]))
    signs.counts["sentiment_scores", "product"][at] += added
    signs.counts["sentiment_sum", "product"][at] += _scores(chance, added, -0.7)


def _stock(chance: np.random.Generator, counts: dict[Name, Ints], weeks: Weeks) -> None:
    """Now and then something that few buy runs out for some hours."""
    shape = weeks.orders.shape
    for store, day in np.argwhere(chance.random(shape[:2]) < _RUNS_OUT).tolist():
        product = f"p{int(chance.integers(1, PRODUCTS))}"
        out = int(chance.integers(36, 70))
        for measure, quarter in (("stock_outs", out), ("stock_backs", out + int(chance.integers(2, 10)))):
            counts.setdefault((measure, product), np.zeros(shape, np.int64))[store, day, quarter] += 1


class Told:
    """What the watcher's views hold of the signs and the sales: whole days before, and today so far."""

    def __init__(self, weeks: Weeks, signs: Signs) -> None:
        self._weeks, self._signs = weeks, signs
        self.signals = MergedSignals()
        self.sold = MergedTotals()
        self._until: dict[tuple[int, int], int] = {}
        self._version = 0

    def up_to(self, day: int, quarters: int, stores: Iterable[int]) -> None:
        """Let all be told of some stores: of a day before so many quarter hours, and of its like days."""
        self._version += 1
        wanted = sorted(stores)
        for number in range(max(day - 56, day % 7), day, 7):
            self._tell(number, 96, wanted)
        self._tell(day, quarters, wanted)

    def _tell(self, day: int, quarters: int, wanted: Sequence[int]) -> None:
        """What is new since the last time. Totals of quarter hours that are over do not change any more."""
        firsts = {store: self._until.get((day, store), 0) for store in wanted}
        stores = np.array([store for store, first in firsts.items() if first < quarters], np.int64)
        if not len(stores):
            return
        self._until.update({(day, store): quarters for store in stores.tolist()})
        told = [(self._weeks.stores[store].store_id, firsts[store]) for store in stores.tolist()]
        plain: defaultdict[str, dict[str, int]] = defaultdict(dict)
        labelled: defaultdict[str, dict[str, int]] = defaultdict(dict)
        by_day: defaultdict[str, dict[str, int]] = defaultdict(dict)
        starts = self._starts(day)
        for (measure, label), counted in self._signs.counts.items():
            own = counted[stores, day, :quarters]
            places, quarter_hours = own.nonzero()
            found = zip(
                places.tolist(), quarter_hours.tolist(), own[places, quarter_hours].tolist(), strict=True
            )
            for place, quarter, value in found:
                name, first = told[place]
                if quarter < first:
                    continue
                key = f"{name}|{starts[quarter]}"
                plain[key][measure] = plain[key].get(measure, 0) + value
                if label:
                    labelled[f"{key}|{label}"][measure] = value
                if measure.startswith("stock"):
                    by_day[f"{name}|{label}"][measure] = int(own[place].sum())
        self._put(day, "store_quarter", plain.items())
        self._put(day, "store_quarter_label", labelled.items())
        self._put(day, "store_label", by_day.items())
        self._sell(day, quarters)
        self._count_orders(day, firsts, quarters)

    def _put(self, day: int, dimension: str, entries: Iterable[tuple[str, dict[str, int]]]) -> None:
        told = {key: (self._version, dict(measures)) for key, measures in entries}
        date_of = self._weeks.days[day].isoformat()
        self.signals.take(SignalBucket(1, 0, self._version, "sales", date_of, "", dimension, told))

    def _sell(self, day: int, quarters: int) -> None:
        amounts = (self._weeks.amount - self._weeks.reversed)[:, day, :quarters].sum(axis=1).tolist()
        stores = {store.store_id: amount for store, amount in zip(self._weeks.stores, amounts, strict=True)}
        whole = sum(amounts)
        products = {f"p{number}": int(whole * part) for number, part in enumerate(SHARES)}
        for dimension, own in (("store", stores), ("product", products)):
            self._put_sales(day, dimension, {key: (amount, 1) for key, amount in own.items() if amount})

    def _count_orders(self, day: int, firsts: Mapping[int, int], quarters: int) -> None:
        """The orders of the quarter hours of stores that are new since the last time."""
        starts, told = self._starts(day), {}
        for store, first in firsts.items():
            name, orders = self._weeks.stores[store].store_id, self._weeks.orders[store, day].tolist()
            for quarter in range(first, quarters):
                if orders[quarter]:
                    told[f"{name}|{starts[quarter]}"] = (0, orders[quarter])
        self._put_sales(day, "store_quarter", told)

    def _put_sales(self, day: int, dimension: str, told: Mapping[str, tuple[int, int]]) -> None:
        """Amounts and orders by key."""
        entries = {}
        for key, (amount, orders) in told.items():
            vector = [0] * WIDTH
            vector[GROSS], vector[ORDERS] = amount, orders
            entries[key] = [self._version, *vector]
        date_of = self._weeks.days[day].isoformat()
        self.sold.take(TotalsBucket(1, 0, self._version, "sales", date_of, CURRENCY, dimension, entries))

    def _starts(self, day: int) -> list[int]:
        """The instants at which the quarter hours begin; the stores' clocks show UTC in winter."""
        midnight = int(datetime.combine(self._weeks.days[day], time(), UTC).timestamp())
        return [midnight + 900 * quarter for quarter in range(96)]


def day_number(weeks: Weeks, day: date) -> int:
    """Which day of the weeks a date is."""
    return (day - weeks.days[0]).days
