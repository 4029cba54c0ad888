"""A board of two stores behind a door of view keys, as it is composed for real."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson

from daybook.board import composed
from daybook.dashboards.board.access import Role
from daybook.dashboards.board.app import Board, create_app
from daybook.dashboards.board.door import Door
from daybook.dashboards.board.sessions import Sessions
from daybook.ledger.calendar import Calendar
from daybook.schemas.alerts import Alert, AlertKind, AlertState, Dimension, Severity
from daybook.schemas.alerts import Scope as AlertScope
from daybook.schemas.cases import (
    Action,
    Case,
    CaseKind,
    Cause,
    Check,
    Evidence,
    Item,
    Note,
    Tracked,
    TrackedThing,
)
from daybook.settings import Settings
from daybook.sinks.store import Store
from daybook.view_keys import ViewKeysFile
from tests.dashboards.shop import Sold, at, shop, write_alert, write_case

NOW = at("2026-11-24 15:05")
CALENDAR = Calendar([shop("leeds", "Europe/London"), shop("york", "Europe/London")])
SALES = [
    Sold("leeds", NOW - timedelta(minutes=9), "mug", 1111, staff_id="ann"),
    Sold("york", NOW - timedelta(minutes=3), "jug", 98_765, staff_id="bob"),
]
ORIGIN = "http://board"
SECRET = b"s" * 32


def staff_file(folder: Path) -> Path:
    """Two sellers, each with a shop."""
    path = folder / "staff.json"
    entries = [
        {"staff_id": "ann", "name": "Ann", "home_store": "leeds"},
        {"staff_id": "bob", "name": "Bob", "home_store": "york"},
    ]
    path.write_bytes(orjson.dumps({"staff": entries}))
    return path


class Keys:
    """View keys in a file, as the commands make them, and a door before the board."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.file = ViewKeysFile(folder / "keys.json")
        self.now = NOW
        door = Door(self.file, Sessions(SECRET), lambda: self.now, key_required=True)
        self.commands: list[bytes] = []
        settings = Settings(staff_file=staff_file(folder))
        self.board: Board = composed(
            store, CALENDAR, settings, door, command=self.commands.append, clock=lambda: NOW
        )
        self.app = create_app(self.board)

    def make(self, role: Role, stores: list[str] | None = None, **others: Any) -> str:
        """The token of a new key."""
        return self.file.create("Ann's tablet", role=role, stores=stores or ["*"], now=NOW, **others).token

    @asynccontextmanager
    async def client(self, token: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
        """A client, with a key as a bearer token if one is given."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as http:
            yield http


def firing(store: Store) -> dict[str, str]:
    """One firing alert in each store, as the sink writes them; their dedup keys by store."""
    keys = {"leeds": "a" * 32, "york": "b" * 32}
    for store_id, key in keys.items():
        alert = Alert(
            dedup_key=key,
            version=1,
            rule="silent-till",
            kind=AlertKind.SILENT,
            severity=Severity.ERROR,
            scope=AlertScope(dimension=Dimension.STORE, key=store_id, store=store_id, currency="GBP"),
            business_date=NOW.date(),
            state=AlertState.FIRING,
            reason="held",
            finding="silent",
            title=f"No sale at {store_id}",
            summary="Nothing for 42 minutes; usual is one every 3.",
            started_at=NOW,
            updated_at=NOW,
            times_fired=1,
        )
        write_alert(store, alert)
    return keys


def investigated(store: Store) -> dict[str, str]:
    """An open case in each store, and one about the tracking, as the sink writes them; their ids."""
    evidence = Evidence(
        kind="silent_till",
        label="leeds/2",
        value=0,
        usual=120,
        unit="count",
        unusual=20_000,
        points_to=Cause.EQUIPMENT,
    )
    told: dict[str, Any] = {
        "version": 1,
        "business_date": NOW.date(),
        "window_start": NOW - timedelta(hours=2),
        "window_end": NOW,
        "opened_at": NOW,
        "opened_by": "daybook",
    }
    for name in ("leeds", "york"):
        case = Case(
            case_id=f"c-{name}",
            kind=CaseKind.SHORTFALL,
            title=f"No sale at {name}",
            scope=AlertScope(dimension=Dimension.STORE, key=name, store=name, currency="GBP"),
            shortfall=-4200,
            evidence=[evidence],
            checks=[Check(item=Item.FEEDBACK, by="Ann", at=NOW, finding="no complaints")],
            notes=[Note(by="Ann", at=NOW, text="called the shop")],
            actions=[Action(action_id="a1", text="spare till", owner="Ann", due=NOW.date())],
            **told,
        )
        write_case(store, case)
    about = Tracked(thing=TrackedThing.FIGURE, name="orders", board="today")
    odd = Case(
        case_id="c-odd",
        kind=CaseKind.TRACKING,
        title="counts a gift card",
        scope=AlertScope(dimension=Dimension.ALL),
        about=about,
        **told,
    )
    write_case(store, odd)
    return {"leeds": "c-leeds", "york": "c-york", "odd": "c-odd"}
