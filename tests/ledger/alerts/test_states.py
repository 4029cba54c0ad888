"""What becomes of an alert, and why."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger.alerts.findings import Answer
from daybook.ledger.alerts.states import LIVE, Reason, acknowledge, end, transition
from daybook.schemas.alerts import Alert, AlertState
from tests.ledger.alerts.world import NOON, QUARTER, after, context, firing, found, rule

FOUND, CLEAR, BETWEEN, CLOSED = Answer.FOUND, Answer.CLEAR, Answer.BETWEEN, Answer.CLOSED
NO_DATA, TOO_LITTLE = Answer.NO_DATA, Answer.TOO_LITTLE
ANSWERS = st.lists(st.sampled_from(list(Answer)), min_size=1, max_size=30)


@pytest.mark.parametrize(
    "answers, state, reason",
    [
        ([FOUND], AlertState.PENDING, Reason.FOUND),
        ([FOUND, FOUND], AlertState.FIRING, Reason.HELD),
        ([FOUND, BETWEEN], AlertState.RESOLVED, Reason.GONE),
        ([FOUND, NO_DATA], AlertState.RESOLVED, Reason.GONE),
        ([FOUND, BETWEEN, FOUND], AlertState.PENDING, Reason.FOUND),
        ([FOUND, FOUND, FOUND], AlertState.FIRING, Reason.STILL_FIRES),
        ([FOUND, FOUND, BETWEEN], AlertState.FIRING, Reason.BETWEEN),
        ([FOUND, FOUND, CLEAR], AlertState.FIRING, Reason.ON_ITS_WAY),
        ([FOUND, FOUND, CLEAR, CLEAR], AlertState.RESOLVED, Reason.RECOVERED),
        ([FOUND, FOUND, CLEAR, BETWEEN, CLEAR], AlertState.FIRING, Reason.ON_ITS_WAY),
        ([FOUND, FOUND, CLOSED], AlertState.RESOLVED, Reason.CLOSED),
        ([FOUND, FOUND, NO_DATA, NO_DATA, NO_DATA], AlertState.FIRING, Reason.KEPT),
        ([FOUND, FOUND, CLEAR, CLEAR, FOUND], AlertState.PENDING, Reason.FOUND),
        ([FOUND, FOUND, CLEAR, CLEAR, FOUND, FOUND], AlertState.FIRING, Reason.HELD),
    ],
)
def test_transitions(answers: list[Answer], state: AlertState, reason: Reason) -> None:
    """An alert fires when it has held, goes on until it has clearly recovered, and begins anew after that."""
    decision = after(*answers)
    assert decision.alert is not None
    assert (decision.alert.state, decision.reason) == (state, reason)


def test_two_evaluations_are_not_enough_before_the_time_to_fire() -> None:
    """It fires when both the evaluations and the minutes that the rule asks for have passed."""
    slow = rule("recent", hold_minutes=40, evaluations=2)
    states = [after(*[FOUND] * n, of=slow).reason for n in (1, 2, 3, 4)]
    assert states == [Reason.FOUND, Reason.HOLDS_ON, Reason.HOLDS_ON, Reason.HELD]


def test_without_a_find_there_is_no_alert() -> None:
    """What is not found makes no alert, not even a resolved one."""
    for answer in set(Answer) - {FOUND}:
        assert after(answer).alert is None


@given(ANSWERS)
def test_deciding_again_changes_nothing(answers: list[Answer]) -> None:
    """Whoever decides a tick again from the kept state comes to the kept state: a crash costs nothing."""
    kept: Alert | None = None
    for number, answer in enumerate(answers):
        now = NOON + number * QUARTER
        once = transition(kept, found(answer), now, context())
        again = transition(once.alert, found(answer), now, context())
        assert again.alert == once.alert
        assert not again.changed or once.alert is kept
        kept = once.alert


@given(ANSWERS)
def test_nothing_fires_on_a_single_evaluation(answers: list[Answer]) -> None:
    """Whatever comes, an alert fires only after two evaluations in a row, and its reason is written in it."""
    kept: Alert | None = None
    for number, answer in enumerate(answers):
        before = kept
        decision = transition(kept, found(answer), NOON + number * QUARTER, context())
        kept = decision.alert
        if kept is not None and kept.state in LIVE and (before is None or before.state not in LIVE):
            assert answers[number - 1] is answer is FOUND
            assert kept.reason == decision.reason == Reason.HELD
            assert kept.fired_at == kept.updated_at


def test_an_explained_alert_waits_and_fires_when_the_explanation_ends() -> None:
    """While another alert explains it, it is pending; without it, it fires at once."""
    waiting = after(FOUND, FOUND, FOUND, inhibited_by="0" * 32)
    assert (waiting.alert and waiting.alert.state, waiting.reason) == (AlertState.PENDING, Reason.INHIBITED)
    fires = after(FOUND, kept=waiting.alert, start=NOON + 3 * QUARTER)
    assert (fires.alert and fires.alert.state, fires.reason) == (AlertState.FIRING, Reason.HELD)


def test_a_silence_keeps_it_quiet_and_its_end_is_told() -> None:
    """A silenced alert does not fire; if it still holds when the silence ends it fires then."""
    quiet = after(FOUND, FOUND, FOUND, silence="stocktaking")
    assert quiet.alert is not None
    assert (quiet.alert.state, quiet.alert.silenced_by) == (AlertState.SILENCED, "stocktaking")
    told = after(FOUND, kept=quiet.alert, start=NOON + 3 * QUARTER)
    assert told.reason is Reason.SILENCE_ENDED
    assert told.alert is not None
    assert (told.alert.state, told.alert.silenced_by) == (AlertState.FIRING, None)
    assert told.alert.fired_at == NOON + 3 * QUARTER


def test_an_acknowledged_alert_goes_on_until_it_recovers() -> None:
    """It stays acknowledged, also under a silence, and is resolved as any other."""
    taken = acknowledge(firing(), "ann", NOON + QUARTER, "looking", 7)
    assert taken.alert is not None
    assert (taken.alert.state, taken.alert.version) == (AlertState.ACKNOWLEDGED, 7)
    start = NOON + 2 * QUARTER
    assert after(FOUND, kept=taken.alert, start=start, silence="s").alert is not None
    on = after(FOUND, CLEAR, kept=taken.alert, start=start, silence="s").alert
    assert on is not None
    assert on.state is AlertState.ACKNOWLEDGED
    over = after(CLEAR, CLEAR, kept=on, start=NOON + 9 * QUARTER).alert
    assert over is not None
    assert (over.state, over.acknowledged and over.acknowledged.by) == (AlertState.RESOLVED, "ann")


def test_only_what_fires_can_be_acknowledged() -> None:
    """A pending or resolved alert stays as it is."""
    for answers in ([FOUND], [FOUND, FOUND, CLOSED]):
        kept = after(*answers).alert
        assert kept is not None
        assert acknowledge(kept, "ann", NOON, None, 9) == (kept, Reason.ALREADY, False)


def test_the_business_day_ends_it() -> None:
    """An alert of a day that is over ends with that reason, once; the next day's has another key."""
    over = end(firing(), Reason.DAY_ENDED, NOON + timedelta(hours=12), 5)
    assert over.alert is not None
    assert (over.alert.state, over.alert.reason) == (AlertState.RESOLVED, "business_day_ended")
    assert not end(over.alert, Reason.DAY_ENDED, NOON + timedelta(hours=13), 6).changed
    assert firing(business_date=date(2026, 3, 11)).dedup_key != firing().dedup_key
