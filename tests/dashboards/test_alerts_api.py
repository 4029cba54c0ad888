"""Alerts over HTTP with a key: the same as `daybook alerts`, held to what the key may see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from daybook.dashboards.board.access import Role
from daybook.sinks.store import Store
from tests.dashboards.keyed import Keys, firing
from tests.support.tree import ROOT

RULES = ROOT / "schemas" / "examples" / "alerts" / "rules--file.json"
PATHS = [("GET", "/v1/alerts"), ("GET", f"/v1/alerts/{'a' * 32}"), ("POST", "/v1/rules/check")]


@pytest.fixture
def keys(store: Store, tmp_path: Path) -> Keys:
    """A board with keys over a store with an alert in each of two shops."""
    firing(store)
    return Keys(tmp_path, store)


@pytest.mark.parametrize("method, path", PATHS)
async def test_only_operators_come_in(keys: Keys, method: str, path: str) -> None:
    """No key is 401, and a key without the right to operate 403: also where nothing is changed."""
    for token, status in ((None, 401), (keys.make(Role.MANAGER), 403)):
        async with keys.client(token) as http:
            assert (await http.request(method, path)).status_code == status


async def test_an_operator_does_what_the_command_does(keys: Keys) -> None:
    """List, show, acknowledge, silence, unsilence and test; what is told carries the key's label."""
    async with keys.client(keys.make(Role.MANAGER, operator=True)) as http:
        listed = (await http.get("/v1/alerts")).json()["alerts"]
        assert sorted(alert["dedup_key"][0] for alert in listed) == ["a", "b"]
        shown = (await http.get("/v1/alerts/aaaa")).json()
        assert (shown["alert"]["dedup_key"], shown["notifications"]) == ("a" * 32, [])
        silence = {"match": {"stores": ["leeds"]}, "minutes": 30, "reason": "stocktaking"}
        answers = [
            await http.post("/v1/alerts/aaaa/acknowledge", json={"note": "on my way"}),
            await http.post("/v1/silences", json=silence),
            await http.delete("/v1/silences/1a2b3c4d"),
            await http.post("/v1/alerts/test", json={"receiver": "on-call"}),
        ]
        assert [answer.status_code for answer in answers] == [200] * 4
    told = [orjson.loads(command) for command in keys.commands]
    assert [command["type"] for command in told] == [
        "alert.acknowledge", "alert.silence", "alert.unsilence", "alert.test",
    ]  # fmt: skip
    made: dict[str, Any] = told[1]["silence"]
    assert {told[0]["by"], made["by"], told[2]["by"], told[3]["by"]} == {"Ann's tablet"}
    assert (told[0]["note"], made["reason"]) == ("on my way", "stocktaking")


async def test_a_limited_key_sees_and_acknowledges_its_own_stores_alone(keys: Keys) -> None:
    """Alerts of others are as if there were none, and what would reach beyond its stores is refused."""
    token = keys.make(Role.MANAGER, ["leeds"], operator=True)
    async with keys.client(token) as http:
        listed = (await http.get("/v1/alerts")).json()["alerts"]
        assert [alert["scope"]["store"] for alert in listed] == ["leeds"]
        for path in ("/v1/alerts/bbbb", "/v1/alerts/cccc"):
            assert (await http.get(path)).status_code == 404
        assert (await http.post("/v1/alerts/bbbb/acknowledge", json={})).status_code == 404
        silence = {"match": {}, "minutes": 1, "reason": "all of them"}
        assert (await http.post("/v1/silences", json=silence)).status_code == 403
        assert (await http.post("/v1/alerts/test", json={})).status_code == 403
    assert keys.commands == []


async def test_a_rules_file_is_checked_before_it_is_put_in_place(keys: Keys) -> None:
    """The example is valid; an unknown measure and a broken form are told with their place."""
    async with keys.client(keys.make(Role.MANAGER, operator=True)) as http:
        good = await http.post("/v1/rules/check", content=RULES.read_bytes())
        assert good.json() == {"valid": True, "problems": []}
        unknown = {"rules": [{"id": "low", "kind": "threshold", "measure": "kept", "below": 1}]}
        told = (await http.post("/v1/rules/check", json=unknown)).json()
        assert told["valid"] is False
        assert "kept is no measure" in told["problems"][0]
        assert (await http.post("/v1/rules/check", content=b"{")).json()["valid"] is False


async def test_what_cannot_be_said_is_refused(keys: Keys) -> None:
    """A key that is none, a silence of no length: 422, and nothing is told."""
    async with keys.client(keys.make(Role.MANAGER, operator=True)) as http:
        assert (await http.get("/v1/alerts/nothing")).status_code == 422
        silence = {"match": {}, "minutes": 0, "reason": "none"}
        assert (await http.post("/v1/silences", json=silence)).status_code == 422
    assert keys.commands == []
