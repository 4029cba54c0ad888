"""From rows to the page's document: who stands where today, and against the same time yesterday. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from daybook.dashboards.board.curves import StoreQuarters, shared_zone
from daybook.dashboards.board.days import StoreDay, until
from daybook.dashboards.board.document import GroupToday, Product, Sale, StoreToday
from daybook.dashboards.board.rows import ProductRow, QuarterRow, SaleRow, TotalRow
from daybook.schemas.rounding import divide

Days = Mapping[str, StoreDay]
"""Store id to where the store stands."""


def quarters_by_store(days: Days, rows: Iterable[QuarterRow]) -> list[StoreQuarters]:
    """Quarter hours gathered by store and currency, in the order of the stores."""
    found: dict[tuple[str, str], tuple[dict[int, int], dict[int, int]]] = defaultdict(lambda: ({}, {}))
    for row in rows:
        today, yesterday = found[row.store_id, row.currency]
        (today if row.business_date == days[row.store_id].today else yesterday)[row.quarter] = row.net
    return [
        StoreQuarters(days[store_id], currency, *found[store_id, currency])
        for store_id in days
        for currency in sorted(currency for store, currency in found if store == store_id)
    ]


def stores_today(
    days: Days, totals: Iterable[TotalRow], quarters: Iterable[StoreQuarters]
) -> list[StoreToday]:
    """One entry per store and currency, and one without a currency for a store that sold on neither day."""
    by_key = {(row.store_id, row.business_date, row.currency): row for row in totals}
    by_now = {(q.day.store_id, q.currency): until(q.yesterday, q.day.same_time) for q in quarters}
    currencies: dict[str, set[str]] = defaultdict(set)
    for store_id, _, currency in by_key:
        currencies[store_id].add(currency)
    out = []
    for day in days.values():
        for currency in sorted(currencies[day.store_id]):
            now = by_key.get((day.store_id, day.today, currency))
            before = by_key.get((day.store_id, day.yesterday, currency))
            same_time = by_now.get((day.store_id, currency), 0)
            out.append(_store_today(day, currency, now, before, same_time))
        if not currencies[day.store_id]:
            out.append(_store_today(day, None, None, None, 0))
    return out


def groups_today(days: Days, stores: Iterable[StoreToday]) -> list[GroupToday]:
    """The stores' figures added up per currency, the currency with most stores first."""
    members: dict[str, list[StoreToday]] = defaultdict(list)
    for store in stores:
        if store.currency is not None:
            members[store.currency].append(store)
    ordered = sorted(members.items(), key=lambda item: (-len(item[1]), item[0]))
    return [_group_today(days, currency, of_currency) for currency, of_currency in ordered]


def main_dates(stores: Iterable[StoreToday]) -> dict[str, date]:
    """Per currency the business date that most of its stores are at, and of equally many the later one."""
    counts: dict[str, Counter[date]] = defaultdict(Counter)
    for store in stores:
        if store.currency is not None:
            counts[store.currency][store.business_date] += 1
    # Pairs compare by their number of stores first, then by the date.
    return {
        currency: max((stores, day) for day, stores in counter.items())[1]
        for currency, counter in counts.items()
    }


def ranked(rows: Sequence[ProductRow], names: Mapping[str, str]) -> list[Product]:
    """Best products with their ranks, from rows in falling order; equal sums share a rank."""
    out: list[Product] = []
    place: Counter[tuple[str, date]] = Counter()
    for row in rows:
        board = (row.currency, row.business_date)
        place[board] += 1
        last = out[-1] if out else None
        tied = last is not None and (last.currency, last.business_date, last.net) == (*board, row.net)
        out.append(
            Product(
                currency=row.currency,
                business_date=row.business_date,
                rank=last.rank if last is not None and tied else place[board],
                product_id=row.product_id,
                name=names.get(row.product_id, row.product_id),
                net=row.net,
                units=row.units,
            )
        )
    return out


def named(days: Days, rows: Iterable[SaleRow]) -> list[Sale]:
    """Last sales with their stores' names and zones."""
    return [
        Sale(store_name=days[row.store_id].name, zone=days[row.store_id].zone, **row._asdict())
        for row in rows
    ]


def _store_today(
    day: StoreDay, currency: str | None, now: TotalRow | None, before: TotalRow | None, same_time: int
) -> StoreToday:
    return StoreToday(
        store_id=day.store_id,
        name=day.name,
        region=day.region,
        zone=day.zone,
        business_date=day.today,
        currency=currency,
        net=now.net if now else 0,
        reversed=now.reversed if now else 0,
        orders=now.orders if now else 0,
        average_order=divide(now.sold, now.orders) if now and now.orders else None,
        yesterday_by_now=same_time if before else None,
        yesterday=before.net if before else None,
    )


def _group_today(days: Days, currency: str, stores: Sequence[StoreToday]) -> GroupToday:
    known = [store.yesterday_by_now for store in stores if store.yesterday_by_now is not None]
    return GroupToday(
        currency=currency,
        stores=len(stores),
        net=sum(store.net for store in stores),
        orders=sum(store.orders for store in stores),
        yesterday_by_now=sum(known) if known else None,
        zone=shared_zone(days[store.store_id] for store in stores),
    )
