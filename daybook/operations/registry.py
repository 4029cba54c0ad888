"""All operations by name, each with the model of its arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from daybook.operations import (
    accuracy,
    alerts,
    backtest,
    case_review,
    cases,
    coaching,
    days,
    dead_letters,
    forecast,
    forgetting,
    known_plans,
    leaderboard,
    migrations,
    pace,
    plans,
    reconcile,
    report,
    rewards,
    rewards_check,
    today,
    totals,
    windows,
)
from daybook.operations.base import Args, CannotAct, Document, Place
from daybook.sinks.errors import RawEventsGone, SinkBehind, StoreError, StoreRefused, StoreUnavailable


class Operation(NamedTuple):
    """A function, and what it takes."""

    args: type[Args]
    run: Callable[[Place, Any], Document]


OPERATIONS: Final[dict[str, Operation]] = {
    "alerts-acknowledge": Operation(alerts.AcknowledgeArgs, alerts.acknowledge_alert),
    "alerts-list": Operation(alerts.ListArgs, alerts.list_alerts),
    "alerts-show": Operation(alerts.ShowArgs, alerts.show_alert),
    "alerts-silence": Operation(alerts.SilenceArgs, alerts.silence_alerts),
    "alerts-test": Operation(alerts.TestArgs, alerts.send_test),
    "alerts-unsilence": Operation(alerts.UnsilenceArgs, alerts.end_silence),
    "backtest": Operation(backtest.BacktestArgs, backtest.run_backtest),
    "cases-act": Operation(cases.ActArgs, cases.act_on_case),
    "cases-list": Operation(cases.ListArgs, cases.list_cases),
    "cases-open": Operation(cases.OpenArgs, cases.open_case),
    "cases-review": Operation(case_review.ReviewArgs, case_review.review_cases),
    "cases-show": Operation(cases.ShowArgs, cases.show_case),
    "days-list": Operation(days.DaysArgs, days.list_days),
    "days-show": Operation(days.DayArgs, days.show_day),
    "coaching-end": Operation(coaching.SubjectArgs, coaching.end_coaching),
    "coaching-list": Operation(coaching.ListArgs, coaching.list_coaching),
    "coaching-note": Operation(coaching.NoteArgs, coaching.note_coaching),
    "leaderboard": Operation(leaderboard.LeaderboardArgs, leaderboard.show_leaderboard),
    "pace": Operation(pace.PaceArgs, pace.pace),
    "pace-accuracy": Operation(accuracy.AccuracyArgs, accuracy.show_accuracy),
    "forecast": Operation(forecast.ForecastArgs, forecast.forecast),
    "forget": Operation(forgetting.ForgetArgs, forgetting.forget),
    "plans-publish": Operation(plans.PublishArgs, plans.publish_plans),
    "targets-list": Operation(known_plans.PlanArgs, plans.list_targets),
    "targets-propose": Operation(plans.ProposeArgs, plans.propose_targets),
    "adjustments-list": Operation(known_plans.PlanArgs, plans.list_adjustments),
    "report": Operation(report.ReportArgs, report.report),
    "rewards-check": Operation(rewards_check.CheckArgs, rewards_check.check_rewards),
    "rewards-give": Operation(rewards.GiveArgs, rewards.give_recognition),
    "rewards-list": Operation(rewards.ListArgs, rewards.list_awards),
    "rewards-show": Operation(rewards.ShowArgs, rewards.show_award),
    "rewards-withdraw": Operation(rewards.WithdrawArgs, rewards.withdraw_recognition),
    "today": Operation(today.TodayArgs, today.show_today),
    "migrate": Operation(migrations.MigrateArgs, migrations.migrate),
    "windows": Operation(windows.WindowsArgs, windows.windows),
    "totals": Operation(totals.TotalsArgs, totals.totals),
    "reconcile": Operation(reconcile.ReconcileArgs, reconcile.reconcile),
    "rebuild": Operation(reconcile.RebuildArgs, reconcile.rebuild),
    "dead-letters-list": Operation(dead_letters.ListArgs, dead_letters.list_dead_letters),
    "dead-letters-replay": Operation(dead_letters.ReplayArgs, dead_letters.replay_dead_letters),
    "dead-letters-show": Operation(dead_letters.ShowArgs, dead_letters.show_dead_letter),
}


def run(place: Place, name: str, args: Args) -> Document:
    """Do an operation.

    Raises:
        CannotAct: it cannot be done; says why in one sentence.
    """
    try:
        return OPERATIONS[name].run(place, args)
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
