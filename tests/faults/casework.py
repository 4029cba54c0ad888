"""The cases agent killed at every step of opening cases: none is lost, and no shortfall has two."""

from __future__ import annotations

from typing import Final

from daybook.schemas import topics
from daybook.schemas.cases import Case
from tests.faults.alerting import STORES, Alerting, alerting
from tests.faults.ground import DIFFERS, Run
from tests.faults.rows import Row
from tests.faults.watching import STEPS, own_broker

_NAME: Final = "cases agent killed between decide and tell"


def cases_killed(run: Run) -> Row:
    """SIGKILL at the steps of the decision that opens a case."""
    with own_broker(run) as bootstrap, alerting(bootstrap, run.folder) as on:
        return killed_cases(on, run.pick_steps(STEPS, short=("changelog", "committed")))


def killed_cases(on: Alerting, steps: tuple[str, ...]) -> Row:
    """Kill the watcher at each step of telling a case, until every shortfall has its one case."""
    for step in steps:
        on.kill_at(on.watcher, f"case:{step}:1")
    on.forced(on.watcher)
    on.watcher.ends_itself = False
    on.wait(lambda: len(alerts_with_cases(on)) == len(STORES), "a case of every store's shortfall")
    opened = alerts_with_cases(on)
    once = all(len(cases) == 1 for cases in opened.values())
    seen = {"kills": len(steps), "cases": sum(map(len, opened.values()))}
    detail = f"{len(STORES)} shortfalls, one case each"
    return Row(_NAME, once, seen, detail if once else DIFFERS + detail)


def alerts_with_cases(on: Alerting) -> dict[str, set[str]]:
    """By alert, the cases that any record in the log of cases says it belongs to."""
    found: dict[str, set[str]] = {}
    for case in map(Case.model_validate_json, on.records(topics.CASES)):
        for alert in case.alerts:
            found.setdefault(alert, set()).add(case.case_id)
    return found
