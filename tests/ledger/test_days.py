"""Days that close, and the journal of what came afterwards."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger.days import Posting, close, closes_at
from daybook.schemas.stores import DayRule

CLOSED = datetime(2026, 11, 25, 6, tzinfo=UTC)


def posting(
    minutes: int, amount: int, *, event: str = "e", sign: int = 1, kind: str = "sale.completed"
) -> Posting:
    """A posting of one measure so many minutes after the close."""
    return Posting(CLOSED + timedelta(minutes=minutes), "till", event, f"o-{event}", kind, sign, [amount])


def test_a_day_closes_its_grace_after_the_stores_midnight() -> None:
    """By each store's wall clock, and by the rule that is in force when the next day begins."""
    bar = [DayRule(zone="Europe/Madrid", cutoff="04:00")]
    assert closes_at(date(2026, 11, 24), bar, timedelta(hours=6)) == datetime(2026, 11, 25, 9, tzinfo=UTC)
    autumn = closes_at(date(2026, 10, 24), bar, timedelta())
    assert autumn == datetime(2026, 10, 25, 3, tzinfo=UTC)


def test_what_comes_at_the_close_is_in_and_after_it_restates() -> None:
    """The last one counted at the close itself belongs to the closed figure; a later one has a cause."""
    day = close([posting(-5, 100), posting(0, 10), posting(1, 7, event="late")], CLOSED, 1)
    assert day.measures == [110]
    (entry,) = day.journal
    assert (entry.cause, entry.event_id, entry.measures) == ("late sale", "late", [7])


def test_a_changed_order_is_one_entry_with_the_difference() -> None:
    """Old lines out and new ones in, by one event, stand as what has changed; no change stands nowhere."""
    old = posting(-60, 500, event="v1", kind="order.snapshot")
    swap = [
        posting(9, amount, event="v2", sign=sign, kind="order.snapshot")
        for amount, sign in ((500, -1), (450, 1))
    ]
    (entry,) = close([old, *swap], CLOSED, 1).journal
    assert (entry.cause, entry.measures) == ("order changed", [-50])
    same = [posting(9, 500, event="v2", sign=sign, kind="order.snapshot") for sign in (-1, 1)]
    assert close([old, *same], CLOSED, 1).journal == []


@given(
    st.lists(
        st.tuples(st.integers(-9, 9), st.integers(-99, 99), st.sampled_from("abc"), st.sampled_from([1, -1]))
    )
)
def test_closed_figure_and_journal_add_up_to_the_figure_now(moves: list[tuple[int, int, str, int]]) -> None:
    """For any postings at any times: nothing is lost between the two."""
    postings = [posting(at, amount, event=event, sign=sign) for at, amount, event, sign in moves]
    day = close(postings, CLOSED, 1)
    now = sum(amount * sign for _, amount, _, sign in moves)
    assert day.measures[0] + sum(entry.measures[0] for entry in day.journal) == now
