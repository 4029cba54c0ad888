"""Recognition that people give each other, as awards of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import blake2b
from typing import Final

from daybook.ledger.periods import Period
from daybook.ledger.rewards.awards import ID_BYTES
from daybook.ledger.rewards.records import Writing, receivers_of
from daybook.schemas.awards import (
    BY_HAND,
    Award,
    AwardStatus,
    GiveRecognition,
    News,
    WithdrawRecognition,
)
from daybook.schemas.rewards import ByHand, PrizeKind, Who

_KINDS: Final = {"praise": PrizeKind.PRAISE, "badge": PrizeKind.BADGE}


def recognition_award_id(recognition_id: str) -> str:
    """The award's name: the same however often the command comes."""
    return blake2b(f"{BY_HAND}\0{recognition_id}".encode(), digest_size=ID_BYTES).hexdigest()


def given(command: GiveRecognition, by_hand: ByHand, today: date, writing: Writing) -> Award:
    """The award that somebody gives. Nobody takes it back but a person, so it is confirmed at once."""
    period = Period(today, today)
    return Award(
        award_id=recognition_award_id(command.recognition_id),
        version=writing.version,
        programme_id=BY_HAND,
        title=command.label,
        how="hand",
        who=Who.PERSON,
        key=command.staff_id,
        name=writing.staff.name(command.staff_id),
        period="day",
        first=today,
        last=today,
        quantity=0,
        status=AwardStatus.CONFIRMED,
        reason="given by hand",
        prize=_KINDS[command.kind],
        label=command.label,
        given_by=command.by,
        given_for=command.reason,
        decided_at=writing.at,
        changed_at=writing.at,
        news=News.EARNED,
        news_at=writing.at,
        public_at=writing.at + timedelta(hours=by_hand.person_first_hours),
        tell_first=receivers_of(Who.PERSON, command.staff_id, period, writing.staff),
        tell_then=by_hand.tell,
    )


def withdrawn(command: WithdrawRecognition, records: Mapping[str, Award], writing: Writing) -> Award | None:
    """The award without its praise; None where there is none, or it is withdrawn already."""
    record = records.get(recognition_award_id(command.recognition_id))
    if record is None or record.status is AwardStatus.WITHDRAWN:
        return None
    return record.model_copy(
        update={
            "version": writing.version,
            "status": AwardStatus.WITHDRAWN,
            "reason": "withdrawn by hand",
            "news": News.WITHDRAWN,
            "news_at": writing.at,
            "changed_at": writing.at,
        }
    )
