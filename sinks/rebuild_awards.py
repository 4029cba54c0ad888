"""The ledger of awards worked out again from the raw events, with the agent's own rules.

From the ledger itself it takes only when each period was confirmed, and by which events; and what people gave
each other. Everything else comes out of the raw events, and rows that differ are replaced.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from daybook.ledger.board_rankings import Surroundings
from daybook.ledger.merged import MergedTotals
from daybook.ledger.periods import Period
from daybook.ledger.rewards.book import AwardState, is_final
from daybook.ledger.rewards.deciding import Book, Decision, PeriodName
from daybook.ledger.rewards.gathering import Gathering
from daybook.ledger.rewards.records import Writing, award_record, exact, state_of
from daybook.ledger.rewards.spans import Moment, moment, periods_of
from daybook.schemas.awards import BY_HAND, Award, AwardStatus, PeriodDecided
from daybook.schemas.rewards import Points, Programme
from daybook.sinks.award_rows import AWARD_COLUMNS, award_row
from daybook.sinks.awards import award_records
from daybook.sinks.rebuild import recomputed_below
from daybook.sinks.replaying import replayed
from daybook.sinks.store import Store, transposed, unique_token

AroundOf = Callable[[MergedTotals], Surroundings]
_FIRST: Final = 1
"""Version of a row that was lost: whatever the agent tells of it is newer."""


class RebuiltAwards(NamedTuple):
    """How many awards of the days stand, and how many of them had been wrong or missing."""

    awards: int
    replaced: int


class _Look(NamedTuple):
    """A programme's period, looked at as of a moment."""

    programme: Programme
    period: Period
    at: datetime
    confirmed: bool


def rebuild_awards(
    store: Store, programmes: Sequence[Programme], around_of: AroundOf, days: Period, now: datetime
) -> RebuiltAwards:
    """Work out the awards of all periods that lie in some days, and put right what differs.

    Args:
        store: where raw events and ledger are.
        programmes: those of the rewards file.
        around_of: stores, staff, measures and targets that go with a view of totals.
        days: periods that begin and end in them.
        now: aware; periods that are not confirmed yet are looked at as of it.

    Raises:
        SinkBehind: ClickHouse does not hold all raw events that were counted.
        StoreUnavailable, StoreRefused: ClickHouse gave no answer, or an error.
    """
    records = award_records(store)
    decided = {(r.programme_id, r.first): r for r in records if isinstance(r, PeriodDecided)}
    stored = {r.award_id: r for r in records if isinstance(r, Award)}
    general = around_of(MergedTotals())
    at = moment(general.calendar, now, general.grace)
    looks = _looks(_periods(programmes, days, at.open_from), decided, recomputed_below(store), at)
    names = {(look.programme.programme_id, look.period.first) for each in looks.values() for look in each}
    book = _seeded(stored.values(), names)
    stops = sorted(looks, key=lambda stop: sum(version for _, version in stop))
    made: dict[PeriodName, tuple[Decision, Gathering]] = {}
    for stop, view in zip(
        stops, replayed(store, general.calendar, [dict(stop) for stop in stops]), strict=True
    ):
        around = around_of(view)
        gathering = Gathering(view, around)
        for look in looks[stop]:
            then = moment(general.calendar, look.at, around.grace)
            decision = book.decide_one(look.programme, look.period, gathering, then, confirmed=look.confirmed)
            made[look.programme.programme_id, look.period.first] = decision, gathering
    return _put_right(store, book, made, stored, Writing(now, _FIRST, general.staff))


_Stop = tuple[tuple[int, int], ...]
"""Positions, by partition."""


def _periods(
    programmes: Iterable[Programme], days: Period, open_from: date
) -> Iterator[tuple[Programme, Period]]:
    for programme in programmes:
        for period in periods_of(programme, open_from):
            if period.first in days and period.last in days:
                yield programme, period


def _looks(
    periods: Iterable[tuple[Programme, Period]],
    decided: Mapping[PeriodName, PeriodDecided],
    current: Mapping[int, int],
    now: Moment,
) -> dict[_Stop, list[_Look]]:
    """By position what is to be looked at there; each programme's periods oldest first."""
    looks: defaultdict[_Stop, list[_Look]] = defaultdict(list)
    here = tuple(sorted(current.items()))
    for programme, period in periods:
        record = decided.get((programme.programme_id, period.first))
        if record is not None:
            looks[_stop(record.settled)].append(_Look(programme, period, record.settled_at, confirmed=True))
            if isinstance(programme.give, Points):
                end = here if record.closed is None else _stop(record.closed)
                at = record.closed_at or now.at
                looks[end].append(_Look(programme, period, at, confirmed=True))
        elif not is_final(programme, period, now.open_from):
            looks[here].append(_Look(programme, period, now.at, confirmed=False))
    return dict(looks)


def _stop(positions: Mapping[str, int]) -> _Stop:
    return tuple(sorted((int(partition), version) for partition, version in positions.items()))


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
    made: Mapping[PeriodName, tuple[Decision, Gathering]],
    stored: Mapping[str, Award],
    writing: Writing,
) -> RebuiltAwards:
    wrong: list[Award] = []
    standing = 0
    for name, (decision, gathering) in made.items():
        states = {k: s for k, s in book.awards.get(name, {}).items() if _stands(s.status)}
        standing += len(states)
        measure = gathering.measure(decision.programme)
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
