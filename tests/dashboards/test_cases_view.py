"""The live page's view of cases: who sees which, who may work on them, and who may say what is wrong."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from daybook.dashboards.board.access import Role
from daybook.operations.base import Place
from daybook.operations.case_review import ReviewArgs, review_cases
from daybook.schemas.cases import CaseState, Cause
from daybook.sinks.cases import cases_by_id
from daybook.sinks.store import Store
from daybook.sinks.weekly import net_by_week
from tests.dashboards.keyed import CALENDAR, NOW, ORIGIN, SALES, Keys, investigated
from tests.dashboards.month import ask
from tests.dashboards.shop import write, write_case

ACT = "/board/cases/act"
REPORT = "/board/cases/report"
WRONG = {"title": "counts a gift card", "about": {"thing": "figure", "name": "orders", "board": "today"}}


@pytest.fixture
def keys(tmp_path: Path, store: Store) -> Keys:
    """A door over two stores' sales and cases."""
    write(store, CALENDAR, SALES)
    investigated(store)
    return Keys(tmp_path, store)


def told(keys: Keys) -> list[dict[str, Any]]:
    """The commands that the watcher was sent."""
    return [orjson.loads(command) for command in keys.commands]


async def test_cases_of_other_stores_are_neither_shown_nor_worked_on(keys: Keys) -> None:
    """A limited operator sees the own store's; the other's is 404, as if there were none."""
    async with keys.client(keys.make(Role.MANAGER, ["leeds"], operator=True)) as http:
        document = (await http.get("/board/cases.json")).json()
        assert [case["case_id"] for case in document["cases"]] == ["c-leeds"]
        assert document["checklist"][0] == "customer_feedback"
        other = await http.post(ACT, json={"case_id": "c-york", "note": "hm"})
        assert (other.status_code, keys.commands) == (404, [])
        own = await http.post(ACT, json={"case_id": "c-leeds", "note": "spare till brought"})
        assert own.status_code == 204
    [command] = told(keys)
    assert (command["type"], command["by"], command["text"]) == (
        "case.note",
        "Ann's tablet",
        "spare till brought",
    )


async def test_only_an_operator_works_on_cases(keys: Keys) -> None:
    """Without the right it is 403; with it closing takes the cause along."""
    body = {"case_id": "c-york", "close": True, "cause": "equipment"}
    async with keys.client(keys.make(Role.MANAGER)) as http:
        assert (await http.post(ACT, json=body)).status_code == 403
    async with keys.client(keys.make(Role.VIEWER, operator=True)) as http:
        assert (await http.post(ACT, json=body)).status_code == 204
        wrong = await http.post(ACT, json={"case_id": "c-york", "note": "card 4111 1111 1111 1111"})
        assert wrong.status_code == 422
        assert "4111" not in wrong.text
        done = await http.post(ACT, json={"case_id": "c-york", "done": "none"})
        assert (done.status_code, done.json()["detail"]) == (409, "The case has no action none.")
    [command] = told(keys)
    assert (command["type"], command["cause"]) == ("case.close", "equipment")


async def test_whoever_has_a_key_says_what_is_wrong_with_a_figure(keys: Keys) -> None:
    """It becomes a case about the tracking, by the key's label; without a key there is nobody to ask."""
    async with keys.client() as http:
        assert (await http.post(REPORT, json=WRONG)).status_code == 401
    async with keys.client(keys.make(Role.OWN, staff_id="ann")) as http:
        assert (await http.post(REPORT, json=WRONG)).status_code == 403
    async with keys.client(keys.make(Role.VIEWER, ["leeds"])) as http:
        assert (await http.post(REPORT, json=WRONG)).status_code == 204
    [command] = told(keys)
    assert (command["kind"], command["title"], command["by"]) == (
        "tracking",
        "counts a gift card",
        "Ann's tablet",
    )
    assert command["about"] == WRONG["about"]


async def test_a_session_works_on_cases_only_from_our_own_pages(keys: Keys) -> None:
    """With the cookie alone another origin is refused, for acting and for reporting."""
    async with keys.client() as http:
        token = keys.make(Role.MANAGER, operator=True)
        await http.post("/board/session", json={"key": token}, headers={"Origin": ORIGIN})
        for path, body in ((ACT, {"case_id": "c-york", "note": "hm"}), (REPORT, WRONG)):
            evil = await http.post(path, json=body, headers={"Origin": "http://evil.example"})
            assert evil.status_code == 403
            assert (await http.post(path, json=body, headers={"Origin": ORIGIN})).status_code == 204


def test_grafanas_board_shows_the_same_cases(keys: Keys, store: Store) -> None:
    """Open ones with their most unusual evidence, what is to be done, and what is said of the tracking."""
    del keys
    rows = ask(store, "cases_open")
    assert [(row["case_id"], row["first_evidence"], row["cost_so_far"]) for row in rows] == [
        ("c-leeds", "silent till: leeds/2", "GBP -42"),
        ("c-york", "silent till: leeds/2", "GBP -42"),
    ]
    [evidence] = ask(store, "cases_evidence", store="york")
    assert (evidence["evidence"], int(evidence["seen"]), int(evidence["times_spread"])) == (
        "silent till",
        0,
        20,
    )
    assert [row["action"] for row in ask(store, "cases_actions")] == ["spare till", "spare till"]
    [said] = ask(store, "cases_tracking")
    assert (said["about"], said["said"]) == ("figure orders on today", "counts a gift card")


def test_the_weekly_review_counts_the_causes_that_the_board_counts(keys: Keys, store: Store) -> None:
    """A till of this week and one of last week: the same cause twice, priced by what the days lost."""
    del keys
    [open_case] = cases_by_id(store, "c-leeds")
    ended = {"version": 2, "state": CaseState.CLOSED, "cause": Cause.EQUIPMENT, "closed_at": NOW}
    write_case(store, open_case.model_copy(update=ended | {"outcome": -5000}))
    earlier = {"case_id": "c-old", "business_date": NOW.date() - timedelta(weeks=1), "outcome": -2000}
    write_case(store, open_case.model_copy(update=ended | earlier))
    [row] = ask(store, "cases_causes", periods="520")
    assert (row["cause"], row["cases"], row["cost"], row["weeks_with_it"]) == ("equipment", 2, 7000, 2)
    weeks = [
        (each["cases"], each["without_cause"], each["cost"])
        for each in ask(store, "cases_weeks", periods="520")
    ]
    assert weeks == [(1, 0, 2000), (2, 1, 9200)]
    told = review_cases(Place(store, CALENDAR), ReviewArgs(day=NOW.date()))
    [cause] = told["causes"]
    assert (cause["cause"], cause["cases"], cause["cost"], cause["repeated"]) == ("equipment", 1, 5000, True)
    assert [each["case_id"] for each in told["open"]] == ["c-york"]
    assert [(each["cases"], each["cost"]) for each in told["trend"]] == [(1, 2000), (2, 9200)]
    assert [each["case_id"] for each in told["tracking"]] == ["c-odd"]


def test_weeks_stand_beside_each_other_by_what_was_sold(keys: Keys, store: Store) -> None:
    """Each product's net of the week, in its currency, in minor units."""
    del keys
    today = SALES[0].at.date()
    found = net_by_week(store, "product", today - timedelta(days=8), today + timedelta(days=1))
    sums = Counter[str]()
    for week in found["GBP"].values():
        sums.update(week)
    assert sums == {"mug": 1111, "jug": 98_765}
