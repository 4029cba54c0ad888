"""The notify agent: what it tells, what it logs, and what a kill at any step makes of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from daybook.schemas.alert_commands import TestAlert
from daybook.schemas.alerts import AlertState
from daybook.schemas.notifications import NotificationStatus
from tests.sinks.notifiers.samples import alert
from tests.streams.notify_desk import NOON, Desk


def test_each_receiver_is_told_once_and_its_end_too() -> None:
    """Logged as due, sent, logged as sent; while nothing changes nothing more is told."""
    desk = Desk()
    key = desk.fire("a")
    for _ in range(5):
        desk.tick()
    assert [(t.receiver, t.reason) for t in desk.post.taken] == [
        ("desk", "first_notification"),
        ("phone", "first_notification"),
    ]
    states = [(t.receiver, t.status) for t in desk.told]
    assert states == [(r, s) for s in ("due", "sent") for r in ("desk", "phone")]
    assert all(
        later.version > earlier.version for earlier, later in zip(desk.told, desk.told[2:], strict=False)
    )
    desk.end("a")
    desk.tick()
    desk.tick()
    assert desk.post.heard("phone") == {key: "is over"}
    assert len(desk.post.taken) == 4


def test_a_dead_receiver_is_tried_again_and_keeps_no_other_waiting() -> None:
    """Its pauses grow; what fires and ends meanwhile is told in one when it is back."""
    desk = Desk()
    desk.post.down = {"phone"}
    first = desk.fire("a")
    for _ in range(60):
        desk.tick(5)
    assert desk.post.heard("desk") == {first: "fires"}
    entry = desk.entry("phone")
    assert (entry.status, entry.error) == (NotificationStatus.DUE, "it is down")
    assert 5 <= entry.attempts <= 9
    assert desk.agent.failing() == {"phone": 1}
    second = desk.fire("b")
    desk.end("a")
    desk.tick()
    desk.post.down = set()
    for _ in range(70):
        desk.tick(5)
    assert desk.post.heard("phone") == {first: "is over", second: "fires"}
    assert desk.agent.waiting == 0


def test_the_end_of_an_alert_is_told_though_something_newer_was_decided_before_it_was_sent() -> None:
    """An entry that was never taken hands on what it had to tell."""
    desk = Desk()
    first = desk.fire("a")
    desk.tick()
    desk.tick()
    desk.post.down = {"desk", "phone"}
    desk.end("a")
    desk.tick()
    second = desk.fire("b")
    desk.tick()
    desk.post.down = set()
    for _ in range(70):
        desk.tick(5)
    assert desk.post.heard("phone") == {first: "is over", second: "fires"}


def test_what_nobody_took_for_long_is_given_up_and_decided_anew() -> None:
    """After a day of tries the entry has failed; what still fires is told when the receiver is back."""
    desk = Desk()
    desk.post.down = {"phone"}
    key = desk.fire("a")
    for _ in range(26 * 12):
        desk.tick(300)
    assert NotificationStatus.FAILED in {told.status for told in desk.told if told.receiver == "phone"}
    desk.post.down = set()
    for _ in range(4):
        desk.tick(300)
    assert desk.post.heard("phone") == {key: "fires"}


def test_a_test_alert_is_told_and_taken_back() -> None:
    """To the one receiver that is named; its end follows once it was taken, so nothing stays open."""
    desk = Desk()
    desk.tick(commands=[TestAlert(test_id="t1", receiver="phone", by="ann", at=NOON)])
    desk.tick()
    desk.tick()
    assert [(t.receiver, bool(t.firing), bool(t.resolved)) for t in desk.post.taken] == [
        ("phone", True, False),
        ("phone", False, True),
    ]
    assert all(told.test for t in desk.post.taken for told in t.alerts)


STEPS = ("", "", "before logging", "before sending", "after sending")


@given(
    st.lists(
        st.tuples(st.sampled_from(("fire", "end", "wait")), st.sampled_from("abc"), st.sampled_from(STEPS))
    )
)
def test_no_kill_at_any_step_loses_a_notification(story: list[tuple[str, str, str]]) -> None:
    """Alerts come and go, and the process dies between decide, log and send: in the end all is told."""
    desk = Desk()
    for what, name, dies in story:
        if (
            what == "fire"
            and desk.alerts.get(name * 32, alert(state="resolved")).state is AlertState.RESOLVED
        ):
            desk.fire(name)
        elif what == "end" and name * 32 in desk.alerts:
            desk.end(name)
        desk.tick(dies=dies)
    for _ in range(3):
        desk.tick()
    for receiver in ("desk", "phone"):
        heard = desk.post.heard(receiver)
        for key, known in desk.alerts.items():
            if known.state is AlertState.FIRING:
                assert heard[key] == "fires"
            else:
                # One that was over before anybody could be told of it needs no end.
                assert heard.get(key, "is over") == "is over"
    assert desk.agent.waiting == 0
