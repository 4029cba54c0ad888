"""What each key opens: enforced where the figures are read, in documents and streams alike."""

from __future__ import annotations

import asyncio
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from pydantic import ValidationError

from daybook.dashboards.board.access import ANYBODY, VIEWS, Role, ViewKey, viewer_of
from daybook.dashboards.board.app import create_app, create_board
from daybook.dashboards.board.sessions import LASTS, Sessions
from daybook.sinks.store import Store
from daybook.view_keys import ViewKeysFile
from tests.dashboards.keyed import CALENDAR, NOW, ORIGIN, SALES, SECRET, Keys, firing
from tests.dashboards.shop import write


@pytest.fixture
def keys(tmp_path: Path, store: Store) -> Keys:
    """A door over two stores' sales; the file of its keys is empty."""
    write(store, CALENDAR, SALES)
    return Keys(tmp_path, store)


@pytest.mark.parametrize("view", VIEWS)
async def test_without_a_key_no_figure_is_told(keys: Keys, view: str) -> None:
    """Documents, streams and the viewer's own entry are 401; the page, which holds no figure, can be had."""
    async with keys.client() as http:
        for path in (f"/board/{view}.json", f"/board/{view}/stream", "/board/me.json"):
            answer = await http.get(path)
            assert answer.status_code == 401, path
            assert "1111" not in answer.text
        assert (await http.get(f"/{view}")).status_code == 200


async def test_a_viewer_of_one_store_never_gets_anothers_figures(keys: Keys) -> None:
    """Nothing of york in any view's document, not even inside a sum; the key of all stores shows both."""
    async with keys.client(keys.make(Role.VIEWER, ["leeds"])) as http:
        for view in VIEWS:
            text = (await http.get(f"/board/{view}.json")).text
            assert "york" not in text
            assert "bob" not in text.lower()
            assert "98765" not in text
            assert "99876" not in text
        today = (await http.get("/board/today.json")).json()
        assert [(group["net"], group["orders"]) for group in today["groups"]] == [(1111, 1)]
        assert [product["product_id"] for product in today["products"]] == ["mug"]
        assert [part["net"] for part in today["parts"]] == [1111]
        assert today["position"] is None
    async with keys.client(keys.make(Role.VIEWER)) as http:
        today = (await http.get("/board/today.json")).json()
        assert [group["net"] for group in today["groups"]] == [99_876]
        assert today["position"]["received"] == 2


async def test_the_stream_holds_the_same_bounds_as_the_document(keys: Keys) -> None:
    """The first pushed state of a store-limited viewer is that viewer's, whoever else is looking."""
    limited = viewer_of(keys.file.identify(keys.make(Role.VIEWER, ["leeds"])) or pytest.fail("no key"))
    wide = keys.board.views.feed("today", ANYBODY.scope).messages()
    narrow = keys.board.views.feed("today", limited.scope).messages()
    assert "98765" in (await anext(wide)).data
    assert "york" not in (await anext(narrow)).data
    await wide.aclose()
    await narrow.aclose()


@pytest.mark.parametrize("view", ["today", "alerts", "cases", "trust", "coaching"])
async def test_an_own_key_opens_what_shows_its_own(keys: Keys, view: str) -> None:
    """One staff member sees no store's figures: other views are 403, as document and as stream."""
    async with keys.client(keys.make(Role.OWN, staff_id="ann")) as http:
        assert (await http.get("/board/me.json")).json()["views"] == ["leaderboard", "recognition"]
        for path in (f"/board/{view}.json", f"/board/{view}/stream"):
            assert (await http.get(path)).status_code == 403


async def test_an_own_key_shows_its_own_line_and_nobody_elses(keys: Keys) -> None:
    """The second of two sellers sees their place and value, no list, no other name, no other amount."""
    async with keys.client(keys.make(Role.OWN, staff_id="ann")) as http:
        answer = await http.get("/board/leaderboard.json")
    boards = answer.json()["boards"]
    assert {(board["period"], board["own"]["rank"], board["own"]["value"]) for board in boards} == {
        (period, 2, 1111) for period in ("day", "week", "month")
    }
    assert all(board["top"] == [] and board["bottom"] is None for board in boards)
    assert all(text not in answer.text.lower() for text in ("bob", "york", "98765"))


@pytest.mark.parametrize("role, bottom", [(Role.VIEWER, None), (Role.MANAGER, ["ann", "bob"])])
async def test_bottom_lists_are_for_managers(keys: Keys, role: Role, bottom: list[str] | None) -> None:
    """Both see the top list; the last ones, last first, are in a manager's document alone."""
    async with keys.client(keys.make(role)) as http:
        boards = (await http.get("/board/leaderboard.json")).json()["boards"]
    (staff,) = [board for board in boards if (board["by"], board["period"]) == ("staff", "day")]
    assert [(place["name"], place["value"]) for place in staff["top"]] == [("Bob", 98_765), ("Ann", 1111)]
    assert (staff["bottom"] and [place["key"] for place in staff["bottom"]]) == bottom


async def test_a_limited_leaderboard_ranks_among_what_it_shows(keys: Keys) -> None:
    """The second store of two is the first of those shown: its rank tells nothing of the other."""
    async with keys.client(keys.make(Role.MANAGER, ["leeds"])) as http:
        boards = (await http.get("/board/leaderboard.json")).json()["boards"]
    found = {(b["by"], b["period"]): [(p["rank"], p["key"]) for p in b["top"]] for b in boards}
    assert found["store", "day"] == [(1, "leeds")]
    assert found["staff", "day"] == [(1, "ann")]


async def test_alerts_of_other_stores_are_neither_shown_nor_acted_on(keys: Keys, store: Store) -> None:
    """A limited operator sees and acknowledges the own store's; the other's is 404, as if there were none."""
    found = firing(store)
    async with keys.client(keys.make(Role.MANAGER, ["leeds"], operator=True)) as http:
        document = (await http.get("/board/alerts.json")).json()
        assert [alert["dedup_key"] for alert in document["alerts"]] == [found["leeds"]]
        other = await http.post("/board/alerts/acknowledge", json={"dedup_key": found["york"]})
        assert (other.status_code, keys.commands) == (404, [])
        own = await http.post(
            "/board/alerts/acknowledge", json={"dedup_key": found["leeds"], "note": "on it"}
        )
        assert own.status_code == 204
    (command,) = [orjson.loads(command) for command in keys.commands]
    assert (command["dedup_key"], command["by"], command["note"]) == (found["leeds"], "Ann's tablet", "on it")


async def test_only_an_operator_silences(keys: Keys, store: Store) -> None:
    """A manager without the right is 403; with it the silence is of this alert alone, and for so long."""
    key = firing(store)["york"]
    body = {"dedup_key": key, "reason": "inventory", "minutes": 60}
    async with keys.client(keys.make(Role.MANAGER)) as http:
        assert (await http.post("/board/alerts/silence", json=body)).status_code == 403
        assert len((await http.get("/board/alerts.json")).json()["alerts"]) == 2
    async with keys.client(keys.make(Role.VIEWER, operator=True)) as http:
        assert (await http.post("/board/alerts/silence", json=body)).status_code == 204
        assert (await http.post("/board/alerts/silence", json={**body, "minutes": 0})).status_code == 422
    (command,) = [orjson.loads(command) for command in keys.commands]
    assert command["silence"]["match"]["dedup_keys"] == [key]


async def test_a_session_acts_only_from_our_own_pages(keys: Keys, store: Store) -> None:
    """With the cookie alone, another origin or none is refused: no browser can be made to acknowledge."""
    body = {"dedup_key": firing(store)["york"]}
    async with keys.client() as http:
        token = keys.make(Role.MANAGER, operator=True)
        await http.post("/board/session", json={"key": token}, headers={"Origin": ORIGIN})
        for headers in ({}, {"Origin": "http://evil.example"}):
            answer = await http.post("/board/alerts/acknowledge", json=body, headers=headers)
            assert answer.status_code == 403
        answer = await http.post("/board/alerts/acknowledge", json=body, headers={"Origin": ORIGIN})
        assert answer.status_code == 204


async def test_a_key_is_entered_once_and_a_session_stands_for_it(keys: Keys) -> None:
    """The cookie is out of scripts' reach and stays with our pages; neither it nor the answer has the key."""
    token = keys.make(Role.MANAGER, operator=True)
    async with keys.client() as http:
        answer = await http.post("/board/session", json={"key": token}, headers={"Origin": ORIGIN})
        cookie = answer.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
        assert token.split("_")[2] not in cookie + answer.text
        assert (await http.get("/board/me.json")).json()["operator"] is True
        assert (await http.get("/board/today.json")).status_code == 200
        assert (await http.delete("/board/session", headers={"Origin": ORIGIN})).status_code == 204
        assert (await http.get("/board/me.json")).status_code == 401


async def test_a_session_ends_with_its_key_and_with_its_time(keys: Keys) -> None:
    """A revoked key's session is worth nothing, and after thirty days the key has to be entered again."""
    token = keys.make(Role.VIEWER)
    async with keys.client() as http:
        await http.post("/board/session", json={"key": token}, headers={"Origin": ORIGIN})
        keys.now = NOW + LASTS
        assert (await http.get("/board/me.json")).status_code == 401
        keys.now = NOW
        assert (await http.get("/board/me.json")).status_code == 200
        assert keys.file.revoke(token.split("_")[1], NOW)
        assert (await http.get("/board/me.json")).status_code == 401


async def test_a_stream_ends_when_its_key_is_revoked(keys: Keys) -> None:
    """Whoever watches with a key that is put out of force sees no further state."""
    token = keys.make(Role.VIEWER)
    key = keys.file.identify(token) or pytest.fail("no key")
    feed = keys.board.views.feed("today", viewer_of(key).scope)
    async with keys.client(token) as http:
        request = asyncio.create_task(http.get("/board/today/stream"))
        while not feed.viewers:
            await asyncio.sleep(0.01)
        assert keys.file.revoke(key.key_id, NOW)
        answer = await asyncio.wait_for(request, 30)  # this client waits for the end of the answer
    assert answer.text.count("event: board") <= 1


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null"])
async def test_another_sites_page_can_change_nothing(keys: Keys, origin: str | None) -> None:
    """A change needs the origin of this server: with another one, or none, it is 403."""
    headers = {} if origin is None else {"Origin": origin}
    async with keys.client() as http:
        body = {"key": keys.make(Role.VIEWER)}
        assert (await http.post("/board/session", json=body, headers=headers)).status_code == 403
        assert (await http.delete("/board/session", headers=headers)).status_code == 403


@pytest.mark.parametrize("body", [b"", b"{}", b'{"key": 7}', b'{"key": ""}', b"x" * 5000])
async def test_a_malformed_entry_is_refused_without_repeating_it(keys: Keys, body: bytes) -> None:
    """Whatever is sent in a key's place comes back in no answer."""
    async with keys.client() as http:
        answer = await http.post("/board/session", content=body, headers={"Origin": ORIGIN})
    assert answer.status_code in (413, 422)
    assert len(answer.content) < 100


async def test_unknown_keys_and_forged_sessions_are_refused(keys: Keys) -> None:
    """A wrong secret, an API key, a session of another secret, and one with its end moved."""
    token = keys.make(Role.VIEWER)
    session = Sessions(SECRET).issue(token.split("_")[1], NOW)
    key_id, end, mac = session.split(".")
    forged = Sessions(b"t" * 32).issue(key_id, NOW)
    for cookie in (forged, f"{key_id}.{int(end) + 1}.{mac}", "", "a.b", "..", "%00"):
        async with keys.client() as http:
            http.cookies.set("daybook_view", cookie)
            assert (await http.get("/board/me.json")).status_code == 401, cookie
    for wrong in (token + "x", token.replace("dbv", "dbk"), "dbv_000000000000_x"):
        async with keys.client(wrong) as http:
            assert (await http.get("/board/me.json")).status_code == 401, wrong


async def test_on_loopback_anybody_looks_and_nobody_acts(store: Store) -> None:
    """Without keys: all views of all stores, as a viewer; no bottom lists, no right to operate."""
    app = create_app(create_board(store, CALENDAR, lambda: NOW))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN) as http:
        me = (await http.get("/board/me.json")).json()
    assert (me["role"], me["operator"], me["stores"], me["keys"]) == ("viewer", False, None, False)
    assert me["views"] == list(VIEWS)
    assert not ANYBODY.scope.bottom


@pytest.mark.parametrize(
    "fields",
    [
        {"role": "own"},
        {"role": "viewer", "staff_id": "ann"},
        {"role": "own", "staff_id": "ann", "operator": True},
        {"role": "viewer", "stores": []},
    ],
)
def test_a_key_that_contradicts_itself_cannot_be(fields: dict[str, Any]) -> None:
    """Own needs a staff member and cannot operate; the others have none; no key is for no store."""
    whole = {"key_id": "0" * 12, "sha256": "0" * 64, "label": "x", "created_at": NOW, "stores": ["*"]}
    with pytest.raises(ValidationError):
        ViewKey.model_validate(whole | fields)


def test_the_secret_of_sessions_is_made_once(tmp_path: Path) -> None:
    """Two processes over one file sign alike: a restart logs nobody out. No key can be read from it."""
    first, second = ViewKeysFile(tmp_path / "keys.json"), ViewKeysFile(tmp_path / "keys.json")
    assert first.session_secret() == second.session_secret()
    token = first.create("wall", role=Role.VIEWER, stores=["*"], now=NOW).token
    text = (tmp_path / "keys-view.json").read_text()
    assert token.split("_", 2)[2] not in text
    assert second.session_secret().decode() in text
    assert second.identify(token) is not None


def test_copies_of_the_file_sign_alike(tmp_path: Path) -> None:
    """Pages that were each given a copy once a key was made, as pods are, know each other's sessions."""
    made = ViewKeysFile(tmp_path / "keys.json")
    made.create("wall", role=Role.VIEWER, stores=["*"], now=NOW)
    copies = [tmp_path / "one", tmp_path / "two"]
    for folder in copies:
        folder.mkdir()
        shutil.copy(tmp_path / "keys-view.json", folder)
    first, second = (ViewKeysFile(folder / "keys.json").session_secret() for folder in copies)
    assert first == second


def test_a_time_without_zone_cannot_extend_a_session() -> None:
    """A short secret is refused, and sessions count by epoch seconds."""
    with pytest.raises(ValueError, match="32 bytes"):
        Sessions(b"short")
    moment = datetime.fromisoformat("2026-11-24T00:00:00+02:00")
    session = Sessions(SECRET).issue("0" * 12, moment)
    assert Sessions(SECRET).key_id(session, moment + LASTS - timedelta(seconds=1)) == "0" * 12
    assert Sessions(SECRET).key_id(session, moment + LASTS) is None
