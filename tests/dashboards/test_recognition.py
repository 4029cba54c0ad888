"""The views of recognition and coaching: whose awards are shown to whom, and who is coached to whom."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from daybook.dashboards.board.access import Role
from daybook.schemas.coaching import NoteCoaching
from daybook.schemas.ticks import decode_tick
from daybook.sinks.award_rows import AWARDS, COACHING
from daybook.sinks.store import Store
from tests.dashboards.keyed import CALENDAR, NOW, Keys
from tests.dashboards.shop import Sold, write
from tests.rewards.test_recognition_boards import COACHED, POINTS, award, insert

HOMES = (("leeds", "ann"), ("york", "bob"))


@pytest.fixture
def keys(tmp_path: Path, store: Store) -> Keys:
    """Ann of leeds earned something that everyone may see, Bob of york something that is still his alone."""
    day = {"first": NOW.date(), "last": NOW.date(), "decided_at": NOW, "news_at": NOW}
    insert(
        store,
        AWARDS,
        award(1, **day, public_at=NOW - timedelta(hours=1)),
        award(2, **day, key="bob", name="Bob", public_at=NOW + timedelta(hours=1)),
        award(3, **day | POINTS, quantity=12, confirmed=12),
        award(4, **day | POINTS, key="bob", name="Bob", quantity=7),
    )
    insert(store, COACHING, COACHED.model_copy(update={"key": "bob"}))
    return Keys(tmp_path, store)


async def seen(keys: Keys, role: Role, stores: list[str] | None = None, **others: Any) -> dict[str, Any]:
    """Whose awards and points somebody sees."""
    async with keys.client(keys.make(role, stores, **others)) as http:
        document = (await http.get("/board/recognition.json")).json()
    return {
        "awards": [each["name"] for each in document["awards"]],
        "points": {each["name"]: each["confirmed"] for each in document["points"]},
    }


async def test_an_award_is_its_owners_before_it_is_everyones(keys: Keys) -> None:
    """Everyone sees Ann's; Bob sees his own and nobody else's; a store's viewer those at home there."""
    assert await seen(keys, Role.VIEWER) == {"awards": ["Ann"], "points": {"Ann": 12, "Bob": 7}}
    assert await seen(keys, Role.OWN, staff_id="bob") == {"awards": ["Bob"], "points": {"Bob": 7}}
    assert await seen(keys, Role.VIEWER, ["york"]) == {"awards": [], "points": {"Bob": 7}}


async def test_the_leaderboard_shows_what_was_given(keys: Keys, store: Store) -> None:
    """Beside Ann's name what she was given; nothing beside Bob's, who is to know first."""
    sales = [Sold(store_id, NOW, "mug", 1_000, staff_id=name) for store_id, name in HOMES]
    write(store, CALENDAR, sales)
    async with keys.client(keys.make(Role.VIEWER)) as http:
        boards = (await http.get("/board/leaderboard.json")).json()["boards"]
    staff = next(board for board in boards if (board["by"], board["period"]) == ("staff", "day"))
    assert {place["name"]: place["badges"] for place in staff["top"]} == {"Ann": ["gift card"], "Bob": []}


async def test_coaching_is_for_managers_alone(keys: Keys) -> None:
    """A viewer, an own key and a manager of another store do not see who is behind; the manager does."""
    for token in (keys.make(Role.VIEWER), keys.make(Role.OWN, staff_id="bob")):
        async with keys.client(token) as http:
            for path in ("/board/coaching.json", "/board/coaching/stream"):
                assert (await http.get(path)).status_code == 403
    async with keys.client(keys.make(Role.MANAGER, ["leeds"])) as http:
        assert (await http.get("/board/coaching.json")).json()["coaching"] == []
    async with keys.client(keys.make(Role.MANAGER)) as http:
        [shown] = (await http.get("/board/coaching.json")).json()["coaching"]
    assert (shown["key"], shown["behind"]["weeks"]) == ("bob", 3)


async def test_managers_note_what_passes_the_guard(keys: Keys) -> None:
    """A note goes to the watcher under the key's name; one with a card number does not, nor a viewer's."""
    note = {"who": "staff", "key": "bob", "currency": "GBP", "text": "Shadow Ann on Friday"}
    async with keys.client(keys.make(Role.MANAGER, operator=True)) as http:
        assert (await http.post("/board/coaching/note", json=note)).status_code == 204
        carded = note | {"text": "his card is 4111 1111 1111 1111"}
        assert (await http.post("/board/coaching/note", json=carded)).status_code == 422
    async with keys.client(keys.make(Role.VIEWER, operator=True)) as http:
        assert (await http.post("/board/coaching/note", json=note)).status_code == 403
    [command] = [decode_tick(each) for each in keys.commands]
    assert isinstance(command, NoteCoaching)
    assert (command.text, command.by) == (note["text"], "Ann's tablet")
    assert orjson.loads(keys.commands[0])["type"] == "coaching.note"
