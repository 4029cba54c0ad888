"""From the ledger's states to the records that are told and kept, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from daybook.ledger.leaderboards import Measure
from daybook.ledger.periods import Period
from daybook.ledger.rewards.awards import Award as Earned
from daybook.ledger.rewards.book import AwardState
from daybook.ledger.rewards.deciding import Decision, PeriodState
from daybook.ledger.signals.boards import SIGNAL_BOARDS
from daybook.ledger.teams import Staff
from daybook.schemas.awards import Award, AwardStatus, News, PeriodDecided
from daybook.schemas.rewards import Basis, Points, Programme, Streak, Who

_RATIO: Final = "ratio"
_COUNT: Final = "count"


class Writing(NamedTuple):
    """What a record needs besides the state: when, as which version, and who is who.

    ``stores`` are what stores are called, by their ids.
    """

    at: datetime
    version: int
    staff: Staff
    stores: Mapping[str, str] = {}


def award_record(
    state: AwardState, decision: Decision, measure: Measure, old: Award | None, writing: Writing
) -> Award | None:
    """The record of an award as it stands; None where it says the same as the one before.

    The person is told when their period is over, and not while the day still decides about it.
    """
    programme, award = decision.programme, state.award
    news, news_at = _news(state, programme, old, decision, writing.at)
    first = receivers_of(programme.who, award.key, award.period, writing.staff)
    public_at = old.public_at if old is not None else None
    if isinstance(programme.give, Points):
        public_at = public_at or writing.at
    elif news is News.EARNED and news_at is not None:
        wait = programme.person_first_hours if programme.who is Who.PERSON else 0
        public_at = news_at + timedelta(hours=wait)
    elif decision.over and decision.stale:
        public_at = public_at or writing.at
    made = Award(
        award_id=award.award_id,
        version=old.version if old else writing.version,
        programme_id=programme.programme_id,
        title=programme.title,
        how=programme.give.how,
        who=programme.who,
        key=award.key,
        name=_name(programme.who, award.key, writing),
        currency=programme.currency,
        period=programme.period,
        first=award.period.first,
        last=award.period.last,
        place=award.place,
        value=exact(award.value),
        unit=_unit(programme, measure),
        signal=programme.measure if is_signal(programme, measure) else None,
        quantity=award.quantity,
        confirmed=state.confirmed,
        status=state.status,
        reason=state.reason,
        prize=programme.prize.kind if programme.prize else None,
        label=programme.prize.label if programme.prize else None,
        decided_at=old.decided_at if old else writing.at,
        changed_at=old.changed_at if old else writing.at,
        news=news,
        news_at=news_at,
        public_at=public_at,
        tell_first=first,
        tell_then=programme.tell,
    )
    if made == old:
        return None
    return made.model_copy(update={"version": writing.version, "changed_at": writing.at})


def _news(
    state: AwardState, programme: Programme, old: Award | None, decision: Decision, at: datetime
) -> tuple[News | None, datetime | None]:
    told = (old.news, old.news_at) if old is not None else (None, None)
    if isinstance(programme.give, Points):
        return None, None
    if state.status is AwardStatus.WITHDRAWN:
        wanted = News.WITHDRAWN if told[0] is not None else None
    elif not decision.over or (told[0] is None and decision.stale):
        return told
    elif told[0] in (None, News.WITHDRAWN):
        wanted = News.EARNED
    else:
        confirmed_since = old is not None and old.status is not state.status
        wanted = News.CONFIRMED if confirmed_since else told[0]
    return told if wanted == told[0] else (wanted, at)


def _name(who: Who, key: str, writing: Writing) -> str | None:
    """What people call them; a team's name is its key."""
    if who is Who.PERSON:
        return writing.staff.name(key)
    return writing.stores.get(key) if who is Who.STORE else None


def receivers_of(who: Who, key: str, period: Period, staff: Staff) -> list[str]:
    """Who tells those who earned it: the person's own receiver, or those of a team's or store's people."""
    people = {
        Who.PERSON: lambda: [key],
        Who.TEAM: lambda: staff.members(period.last).get(key, []),
        Who.STORE: lambda: staff.at_home_in(key),
    }[who]()
    own = [staff.receiver(person) for person in people]
    return sorted({receiver for receiver in own if receiver is not None})


def _unit(programme: Programme, measure: Measure) -> str:
    if isinstance(programme.give, Streak):
        return _COUNT
    if programme.basis is not Basis.VALUE:
        return _RATIO
    return {"minor units": "minor_units", "millionths": _RATIO}.get(measure.unit, measure.unit)


def is_signal(programme: Programme, measure: Measure) -> bool:
    """Whether the measure that a programme goes by is one of signals."""
    return SIGNAL_BOARDS.get(programme.measure) is measure


def exact(value: Fraction) -> str:
    """A value in full, such as ``1250`` or ``7/3``."""
    return str(value)


def state_of(record: Award) -> AwardState:
    """The ledger's state behind a record."""
    period = Period(record.first, record.last)
    award = Earned(
        record.award_id,
        record.programme_id,
        period,
        record.key,
        record.place,
        Fraction(record.value),
        record.quantity,
    )
    return AwardState(award, record.status, record.reason, record.confirmed)


class Stand(NamedTuple):
    """Below which positions, by partition, sales or signals were looked at."""

    of: Literal["sales", "signals"]
    positions: Mapping[int, int]


def period_record(
    decision: Decision, old: PeriodDecided | None, stand: Stand, writing: Writing
) -> PeriodDecided | None:
    """The record of a period that is settled or closed now and was not before; None for any other.

    What was settled by the one is not closed by the other, though the programme goes by that now.
    """
    state = decision.state
    closed = state.closed and isinstance(decision.programme.give, Points)
    if not state.settled or (old is not None and (not closed or old.closed is not None)):
        return None
    if old is not None and old.of != stand.of:
        return None
    named = {str(partition): version for partition, version in sorted(stand.positions.items())}
    return PeriodDecided(
        programme_id=decision.programme.programme_id,
        first=decision.period.first,
        last=decision.period.last,
        version=writing.version,
        of=stand.of,
        settled_at=old.settled_at if old else writing.at,
        settled=old.settled if old else named,
        closed_at=writing.at if closed else None,
        closed=named if closed else None,
    )


def period_state(record: PeriodDecided, programme: Programme | None) -> PeriodState:
    """How far a period is by its record. What there is no programme for any more is closed."""
    points = programme is not None and isinstance(programme.give, Points)
    return PeriodState(settled=True, closed=record.closed is not None or not points)
