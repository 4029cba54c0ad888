"""The ledger of awards worked out again from the raw events and signals, with the agent's own rules.

From the ledger itself it takes only when each period was confirmed, and by which of them; and what people
gave each other. Everything else comes out of what is raw, and rows that differ are replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from daybook.ledger.board_measures import Measure
from daybook.ledger.board_rankings import Surroundings
from daybook.ledger.merged import MergedTotals
from daybook.ledger.periods import Period
from daybook.ledger.rewards.book import AwardState
from daybook.ledger.rewards.deciding import Book, Decision, PeriodName
from daybook.ledger.rewards.gathering import Gathering
from daybook.ledger.rewards.records import Writing, award_record, exact, state_of
from daybook.ledger.rewards.spans import moment
from daybook.ledger.signals.boards import is_of_signals
from daybook.schemas.awards import BY_HAND, Award, AwardStatus, PeriodDecided
from daybook.schemas.rewards import Programme
from daybook.sinks.award_looks import Look, in_order, in_turn, looks_of, periods_in
from daybook.sinks.award_rows import AWARD_COLUMNS, award_row
from daybook.sinks.awards import award_records
from daybook.sinks.raw_signals import signals_below
from daybook.sinks.rebuild import recomputed_below
from daybook.sinks.replaying import replayed, replayed_signals
from daybook.sinks.store import Store, transposed, unique_token

AroundOf = Callable[[MergedTotals], Surroundings]
_FIRST: Final = 1
"""Version of a row that was lost: whatever the agent tells of it is newer."""


class RebuiltAwards(NamedTuple):
    """How many awards of the days stand, and how many of them had been wrong or missing."""

    awards: int
    replaced: int


class _Made(NamedTuple):
    """What came of looking at a programme's period, and by which measure."""

    decision: Decision
    measure: Measure


def rebuild_awards(
    store: Store, programmes: Sequence[Programme], around_of: AroundOf, days: Period, now: datetime
) -> RebuiltAwards:
    """Work out the awards of all periods that lie in some days, and put right what differs.

    Args:
        store: where raw events, signals and the ledger are.
        programmes: those of the rewards file.
        around_of: stores, staff, measures and targets that go with a view of totals.
        days: periods that begin and end in them.
        now: aware; periods that are not confirmed yet are looked at as of it.

    Raises:
        RawEventsGone: raw signals are no longer kept that a programme goes by.
        SinkBehind: ClickHouse does not hold all raw events or signals that were counted.
        StoreUnavailable, StoreRefused: ClickHouse gave no answer, or an error.
    """
    records = award_records(store)
    decided = {(r.programme_id, r.first): r for r in records if isinstance(r, PeriodDecided)}
    stored = {r.award_id: r for r in records if isinstance(r, Award)}
    general = around_of(MergedTotals())
    at = moment(general.calendar, now, general.grace)
    periods = list(periods_in(programmes, days, at.open_from))
    sold = [each for each in periods if not is_of_signals(each[0].measure, general.measures)]
    signalled = [each for each in periods if is_of_signals(each[0].measure, general.measures)]
    by_sales = looks_of("sales", sold, decided, recomputed_below(store), at) if sold else {}
    by_signals = looks_of("signals", signalled, decided, signals_below(store), at) if signalled else {}
    every = [look for looks in (by_sales, by_signals) for each in looks.values() for look in each]
    book = _seeded(stored.values(), {(look.programme.programme_id, look.period.first) for look in every})
    made: dict[PeriodName, _Made] = {}
    views = replayed(store, general.calendar, in_turn(by_sales))
    for looks, view in zip(in_order(by_sales), views, strict=True):
        around = around_of(view)
        made |= _decided(book, looks, Gathering(view, around), around)
    seen = replayed_signals(store, general.calendar, in_turn(by_signals))
    for looks, signals in zip(in_order(by_signals), seen, strict=True):
        made |= _decided(book, looks, Gathering(MergedTotals(), general, signals), general)
    return _put_right(store, book, made, stored, Writing(now, _FIRST, general.staff, general.calendar.names))


def _decided(
    book: Book, looks: Iterable[Look], gathering: Gathering, around: Surroundings
) -> dict[PeriodName, _Made]:
    """Decide on periods in the order that is given, all by the same totals."""
    made = {}
    for look in looks:
        then = moment(around.calendar, look.at, around.grace)
        decision = book.decide_one(look.programme, look.period, gathering, then, confirmed=look.confirmed)
        name = (look.programme.programme_id, look.period.first)
        made[name] = _Made(decision, gathering.measure(look.programme))
    return made


def _seeded(stored: Iterable[Award], leaving_out: set[PeriodName]) -> Book:
    """A book with the awards of other periods: a streak may hang on them."""
    book = Book()
    for award in stored:
        if award.programme_id != BY_HAND and (award.programme_id, award.first) not in leaving_out:
            book.put(state_of(award))
    return book


def _put_right(
    store: Store,
    book: Book,
    made: Mapping[PeriodName, _Made],
    stored: Mapping[str, Award],
    writing: Writing,
) -> RebuiltAwards:
    wrong: list[Award] = []
    standing = 0
    for name, (decision, measure) in made.items():
        states = {k: s for k, s in book.awards.get(name, {}).items() if _stands(s.status)}
        standing += len(states)
        for award_id, state in states.items():
            old = stored.get(award_id)
            if old is None or _core(old) != _core_of(state):
                fresh = award_record(state, decision, measure, None, writing)
                assert fresh is not None, "without a record before it there always is one"
                wrong.append(_righted(fresh, old))
        wrong += [
            award.model_copy(
                update={
                    "status": AwardStatus.WITHDRAWN,
                    "reason": "recomputed",
                    "version": award.version + 1,
                }
            )
            for award in stored.values()
            if (award.programme_id, award.first) == name
            and _stands(award.status)
            and award.award_id not in states
        ]
    if wrong:
        rows = [award_row(award) for award in wrong]
        store.insert("awards", transposed(AWARD_COLUMNS, rows), unique_token())
    return RebuiltAwards(standing, len(wrong))


def _righted(fresh: Award, old: Award | None) -> Award:
    """What is right, with what else was known of the award: when it was decided and who was told."""
    if old is None:
        return fresh
    kept = {name: getattr(old, name) for name in ("decided_at", "changed_at", "news", "news_at", "public_at")}
    return fresh.model_copy(update=kept | {"version": old.version + 1, "reason": "recomputed"})


def _stands(status: AwardStatus) -> bool:
    return status is not AwardStatus.WITHDRAWN


def _core(record: Award) -> tuple[object, ...]:
    return (
        record.key,
        record.place,
        record.value,
        record.quantity,
        record.confirmed,
        record.status,
        record.last,
    )


def _core_of(state: AwardState) -> tuple[object, ...]:
    award = state.award
    value = exact(award.value)
    return (
        award.key,
        award.place,
        value,
        award.quantity,
        state.confirmed,
        state.status,
        award.period.last,
    )
