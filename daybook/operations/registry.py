"""All operations by name, each in a module that is loaded when it is asked for.

Most processes do none of them, and what they stand on would take longer to load than the rest.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any, Final, NamedTuple, get_type_hints

from daybook.operations.base import Args, CannotAct, Document, Place
from daybook.sinks.errors import RawEventsGone, SinkBehind, StoreError, StoreRefused, StoreUnavailable


class Operation(NamedTuple):
    """A function, and the model of what it takes."""

    args: type[Args]
    run: Callable[[Place, Any], Document]


OPERATIONS: Final = {
    "alerts-acknowledge": "alerts:acknowledge_alert",
    "alerts-list": "alerts:list_alerts",
    "alerts-show": "alerts:show_alert",
    "alerts-silence": "alerts:silence_alerts",
    "alerts-test": "alerts:send_test",
    "alerts-unsilence": "alerts:end_silence",
    "backtest": "backtest:run_backtest",
    "cases-act": "cases:act_on_case",
    "cases-list": "cases:list_cases",
    "cases-open": "cases:open_case",
    "cases-review": "case_review:review_cases",
    "cases-show": "cases:show_case",
    "days-list": "days:list_days",
    "days-show": "days:show_day",
    "coaching-end": "coaching:end_coaching",
    "coaching-list": "coaching:list_coaching",
    "coaching-note": "coaching:note_coaching",
    "leaderboard": "leaderboard:show_leaderboard",
    "pace": "pace:pace",
    "pace-accuracy": "accuracy:show_accuracy",
    "forecast": "forecast:forecast",
    "forget": "forgetting:forget",
    "plans-publish": "plans:publish_plans",
    "targets-list": "plans:list_targets",
    "targets-propose": "plans:propose_targets",
    "adjustments-list": "plans:list_adjustments",
    "report": "report:report",
    "rewards-check": "rewards_check:check_rewards",
    "rewards-give": "rewards:give_recognition",
    "rewards-list": "rewards:list_awards",
    "rewards-show": "rewards:show_award",
    "rewards-withdraw": "rewards:withdraw_recognition",
    "signals": "signals:show_signals",
    "today": "today:show_today",
    "migrate": "migrations:migrate",
    "spread": "migrations:spread",
    "windows": "windows:windows",
    "totals": "totals:totals",
    "reconcile": "reconcile:reconcile",
    "rebuild": "reconcile:rebuild",
    "dead-letters-list": "dead_letters:list_dead_letters",
    "dead-letters-replay": "dead_letters:replay_dead_letters",
    "dead-letters-show": "dead_letters:show_dead_letter",
}
"""Module within this package, and function; its annotation says what it takes."""


@functools.cache
def operation(name: str) -> Operation:
    """One of ``OPERATIONS``, loaded. Raises KeyError for any other."""
    module, _, function = OPERATIONS[name].partition(":")
    run = getattr(importlib.import_module(f"daybook.operations.{module}"), function)
    return Operation(get_type_hints(run)["args"], run)


def run(place: Place, name: str, args: Args) -> Document:
    """Do an operation.

    Raises:
        CannotAct: it cannot be done; says why in one sentence.
    """
    try:
        return operation(name).run(place, args)
    except StoreError as error:
        raise CannotAct(sentence(error)) from error


def sentence(error: StoreError) -> str:
    """What to tell a person about a store's error; the log has the rest."""
    if isinstance(error, StoreUnavailable):
        return "ClickHouse gives no answer; see that it runs, and that DAYBOOK_CLICKHOUSE_URL names it."
    if isinstance(error, StoreRefused):
        if "UNKNOWN_TABLE" in str(error) or "UNKNOWN_DATABASE" in str(error):
            return "The database has no tables of Daybook yet, or not all; run `daybook migrate` first."
        return "ClickHouse refused what it was asked; the log says why."
    if isinstance(error, SinkBehind | RawEventsGone):
        return str(error)
    return f"{error} End that process, or ask it by naming the same --data-dir while its demo runs."
