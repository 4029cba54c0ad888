"""The page's pace as the watcher told it: the same figures as on Grafana's board, with the target."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from rich.console import Console

from daybook.cli.watching import picture
from daybook.dashboards import queries
from daybook.dashboards.board.access import Scope
from daybook.dashboards.board.document import Pace
from daybook.dashboards.board.reading import TodayReader
from daybook.dashboards.board.told import HOLDS
from daybook.dashboards.queries.filling import Choice, filled
from daybook.ledger.calendar import Calendar
from daybook.schemas.projections import Projections, ProjectionSnapshot
from daybook.sinks.plan_rows import PROJECTIONS
from daybook.sinks.states import StateRecord
from daybook.sinks.store import Store
from tests.dashboards.shop import Sold, at, shop, write

NOW = at("2026-11-24 15:05")
TODAY = date(2026, 11, 24)
CALENDAR = Calendar(
    [shop("leeds", "Europe/London", name="Leeds"), shop("york", "Europe/London", name="York")]
)
SALES = [
    Sold("leeds", at("2026-11-24 10:00"), "mug", 1500),
    Sold("york", at("2026-11-24 11:00"), "jug", 2500),
]
TOLD = {
    ("store", "leeds"): Pace(1600, 4000, 3500, 4700, 5000, 120_000, 1000),
    ("store", "york"): Pace(2400, 6000, 5500, 6500, 5500, 800_000, 0),
    ("all", ""): Pace(4000, 10_000, 9200, 10_900, 10_500, 260_000, 500),
}


def tell(store: Store, taken_at: Any = NOW) -> None:
    """Write what the watcher tells, by the sink's own rows."""
    found = [
        ProjectionSnapshot(
            scope=scope,  # type: ignore[arg-type]  # one of the three
            key=key,
            currency="GBP",
            business_date=TODAY,
            second=54_300,
            actual=4000 if scope == "all" else next(s.gross for s in SALES if s.store_id == key),
            expected=pace.expected,
            close=pace.close,
            low=pace.low,
            high=pace.high,
            usual_close=pace.close,
            adjustment=1_000_000,
            target=pace.target,
            target_by_now=None,
            chance=pace.chance_ppm,
            at_risk=pace.at_risk,
            closed=False,
        )
        for (scope, key), pace in TOLD.items()
    ]
    value = Projections(taken_at=taken_at, snapshots=found).model_dump_json().encode()
    rows = PROJECTIONS.rows(StateRecord(0, 0, 1, 0, b"", value))
    columns = {name: [row[n] for row in rows] for n, name in enumerate(PROJECTIONS.columns)}
    store.insert(PROJECTIONS.table, columns)


async def paces(store: Store, scope: Scope | None = None) -> dict[tuple[str, str], Pace | None]:
    """What the page shows, of stores and of all."""
    document = await TodayReader(store, CALENDAR, lambda: NOW, scope).read()
    (group,) = document.groups
    found = {("store", entry.store_id): entry.pace for entry in document.stores if entry.currency}
    return found | {("all", ""): group.pace}


async def test_the_page_shows_what_the_watcher_told(store: Store) -> None:
    """Expected, close with band, target with its chance and what is at risk: of each store and of all."""
    write(store, CALENDAR, SALES)
    tell(store)
    assert await paces(store) == TOLD


async def test_the_page_and_grafanas_board_agree(store: Store) -> None:
    """The same figures from the query of the board Today, of one store and of all together."""
    write(store, CALENDAR, SALES)
    tell(store)
    shown = await paces(store)
    for key, stores in ((("store", "leeds"), "leeds"), (("all", ""), "*")):
        choice = Choice("GBP", date=TODAY.isoformat(), store=stores)
        (row,) = store.records(filled(queries.load("today_pace"), choice.variables()))
        pace = shown[key]
        assert pace is not None
        names = ("expected", "close", "low", "high", "target")
        assert [row[name] for name in names] == [getattr(pace, name) for name in names]
        assert (row["at_risk_money"], row["chance"]) == (pace.at_risk, (pace.chance_ppm or 0) / 1e6)


async def test_what_is_no_longer_told_is_not_shown(store: Store) -> None:
    """After a few minutes of silence the page goes by history again; here there is none."""
    write(store, CALENDAR, SALES)
    tell(store, NOW - HOLDS)
    assert set((await paces(store)).values()) == {None}


async def test_who_may_see_one_store_is_not_told_where_all_will_close(store: Store) -> None:
    """The projection of all stores is not for a key of some."""
    write(store, CALENDAR, SALES)
    tell(store)
    found = await paces(store, Scope(frozenset({"leeds"})))
    assert found == {("store", "leeds"): TOLD["store", "leeds"], ("all", ""): None}


@pytest.mark.parametrize("words", ["target GBP 105.00, 26.0 % likely, GBP 5.00 at risk", "GBP 50.00"])
async def test_the_terminal_shows_targets_too(store: Store, words: str) -> None:
    """Of all stores with the chance and what is at risk, and each store's own."""
    write(store, CALENDAR, SALES)
    tell(store)
    document = await TodayReader(store, CALENDAR, lambda: NOW).read()
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(picture(orjson.loads(orjson.dumps(document))))
    assert words in console.export_text()


def test_the_holding_time_outlives_a_missed_minute() -> None:
    """One projection that comes late does not make the page jump."""
    assert timedelta(minutes=2) <= HOLDS
