"""Cases in ClickHouse: written as any state, read as they stand."""

from __future__ import annotations

from datetime import timedelta

import orjson

from daybook.schemas import cases as c
from daybook.sinks.case_rows import CASES
from daybook.sinks.cases import cases, cases_by_id
from daybook.sinks.store import Store
from tests.ledger.cases.world import NOON, case
from tests.sinks.test_states import pending, write

EVIDENCE = c.Evidence(
    kind="payment_failures",
    label="acme: timeout",
    value=40,
    usual=2,
    unit="count",
    unusual=38_000,
    points_to=c.Cause.PAYMENT,
)


def test_a_case_stands_as_its_newest_version_says(embedded: Store) -> None:
    """Versions decide, not the order of the log; evidence and actions have columns of their own."""
    action = c.Action(action_id="a", text="call the gateway", owner="lee", due=NOON.date())
    opened = case(evidence=[EVIDENCE], actions=[action], shortfall=-500)
    closed = opened.model_copy(
        update={"state": c.CaseState.CLOSED, "cause": c.Cause.PAYMENT, "version": 5, "closed_at": NOON}
    )
    about = c.Tracked(thing=c.TrackedThing.FIGURE, name="net", board="today")
    other = case(case_id="c-2", version=2, kind=c.CaseKind.TRACKING, about=about)
    log = [orjson.loads(each.model_dump_json(exclude_none=True)) for each in (closed, opened, other)]
    write(embedded, pending(CASES, *log))
    assert cases(embedded, ["open"]) == [other]
    assert [found.case_id for found in cases(embedded, ["open", "closed"])] == ["c-2", "c-1"]
    assert cases(embedded, ["open", "closed"], NOON.date() + timedelta(days=1)) == []
    assert cases_by_id(embedded, "c-1") == [closed]
    assert len(cases_by_id(embedded, "c-")) == 2
    row, tracking = embedded.records("SELECT * FROM cases FINAL ORDER BY case_id")
    assert (row["evidence_kind"], row["evidence_unusual"]) == (["payment_failures"], [38_000])
    assert (row["action_due"], row["action_done"]) == ([NOON.date()], [False])
    assert tracking["about"] == "figure net on today"
