"""From rows to the page's document: who stands where today, and against the same time yesterday. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from daybook.dashboards.board.curves import StoreQuarters, shared_zone
from daybook.dashboards.board.days import StoreDay, until
from daybook.dashboards.board.document import GroupToday, Pace, Product, Sale, StoreToday
from daybook.dashboards.board.rows import ProductRow, QuarterRow, SaleRow, TotalRow
from daybook.dashboards.board.told import Of, Told
from daybook.ledger.group_pace import GroupPace, group_paces
from daybook.ledger.pace import StorePace
from daybook.ledger.quantiles import PPM
from daybook.ledger.sold import Key
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
    return [_group_today(days, currency, None, of_currency) for currency, of_currency in ordered]


def regions_today(days: Days, stores: Iterable[StoreToday]) -> list[GroupToday]:
    """The same per currency and region, highest net sales first, where a currency has several regions."""
    members: dict[str, dict[str, list[StoreToday]]] = defaultdict(lambda: defaultdict(list))
    for store in stores:
        if store.currency is not None:
            members[store.currency][store.region or ""].append(store)
    found = [
        _group_today(days, currency, region, of_region)
        for currency, regions in members.items()
        if len(regions) > 1
        for region, of_region in regions.items()
    ]
    return sorted(found, key=lambda group: (group.currency, -group.net, group.region or ""))


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


def ranked(rows: Sequence[ProductRow]) -> list[Product]:
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
                name=row.name or row.product_id,
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
        sold=now.sold if now else 0,
        discounts=now.discounts if now else 0,
        reversed=now.reversed if now else 0,
        orders=now.orders if now else 0,
        net_units=now.units - now.returned_units if now else 0,
        average_order=per_order(now.sold, now.orders) if now else None,
        yesterday_by_now=same_time if before else None,
        yesterday=before.net if before else None,
    )


def per_order(amount: int, orders: int) -> int | None:
    """A part of an amount for each order; None without one."""
    return divide(amount, orders) if orders > 0 else None


def _group_today(days: Days, currency: str, region: str | None, stores: Sequence[StoreToday]) -> GroupToday:
    known = [store.yesterday_by_now for store in stores if store.yesterday_by_now is not None]
    orders = sum(store.orders for store in stores)
    return GroupToday(
        currency=currency,
        region=region,
        stores=len(stores),
        net=sum(store.net for store in stores),
        discounts=sum(store.discounts for store in stores),
        reversed=sum(store.reversed for store in stores),
        orders=orders,
        average_order=per_order(sum(store.sold for store in stores), orders),
        units_per_order_ppm=per_order(PPM * sum(store.net_units for store in stores), orders),
        yesterday_by_now=sum(known) if known else None,
        zone=shared_zone(days[store.store_id] for store in stores),
    )


def with_paces(
    stores: Iterable[StoreToday],
    groups: Iterable[GroupToday],
    paces: Mapping[Key, StorePace],
    told: Told,
    dates: Mapping[str, date],
) -> tuple[list[StoreToday], list[GroupToday]]:
    """Stores and groups with where they are against the usual day and the target.

    What the watcher told holds, with its targets; of a day that it does not tell of, what history says.
    ``dates`` are the currencies' main business dates.
    """
    held = []
    for store in stores:
        currency = store.currency or ""
        of = Of("store", store.store_id, currency, store.business_date)
        held.append(replace(store, pace=told.get(of) or _pace(paces.get((store.store_id, currency)))))
    together = {group.currency: group for group in group_paces(list(paces.values()))}
    grouped = []
    for group in groups:
        currency, usual = group.currency, together.get(group.currency)
        pace = told.get(Of("all", "", currency, dates[currency])) or _pace(usual)
        left_out = group.stores - usual.stores if usual is not None else 0
        grouped.append(replace(group, pace=pace, left_out=left_out))
    return held, grouped


def _pace(found: StorePace | GroupPace | None) -> Pace | None:
    if found is None or found.projection is None:
        return None
    told = found.projection
    return Pace(told.expected, told.close, told.low, told.high)
