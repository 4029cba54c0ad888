"""What the demo's first day has beside sales: people have said things, the watcher has looked before."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from daybook.demo.runtime import Demo
from daybook.ledger.aims import Aims
from daybook.ledger.calendar import Calendar
from daybook.ledger.pace import Paces
from daybook.ledger.projection_snapshots import snapshots
from daybook.ledger.sold import SoldByQuarter
from daybook.ledger.targets import Targets
from daybook.producers.records import OutgoingRecord
from daybook.producers.simulator.shops import SHOPS
from daybook.schemas import cases as c
from daybook.schemas import topics
from daybook.schemas.alerts import Dimension, Scope
from daybook.schemas.awards import GiveRecognition
from daybook.schemas.coaching import NoteCoaching
from daybook.schemas.projections import Projections
from daybook.schemas.ticks import Command, encode_tick
from daybook.sinks.history import quarter_amounts
from daybook.sinks.store import Store

_MANAGER: Final = "the shop manager"
_NOON, _EVENING = time(10, 45), time(22, 30)
_KNOWN: Final = timedelta(weeks=8)


async def first_day(demo: Demo, now: datetime) -> None:
    """Publish it. The watcher must have begun: it takes no command before."""
    commands = [OutgoingRecord(b"command", command) for command in first_commands(now)]
    await demo.publish_to(topics.TICKS, commands)
    told = await asyncio.to_thread(past_projections, demo.store, demo.calendar, now)
    await demo.publish_to(topics.PROJECTIONS, told)


def first_commands(now: datetime) -> list[bytes]:
    """Praise, a note on somebody, yesterday's shortfall with its cause, and a figure that somebody doubts."""
    at = now.astimezone(UTC)
    shop = SHOPS[0]
    praise = GiveRecognition(
        recognition_id=secrets.token_hex(6),
        staff_id=shop.staff[0],
        reason="Stayed late to help a customer find a present",
        by=_MANAGER,
        at=at,
    )
    note = NoteCoaching(
        note_id=secrets.token_hex(6),
        who="staff",
        key=shop.staff[-1],
        currency=shop.currency,
        text="Is new at the till: shares the next Saturday with somebody who is not",
        by=_MANAGER,
        at=at,
    )
    commands: Iterable[Command] = (praise, note, *_looked_into(at), _doubted(at))
    return [encode_tick(command) for command in commands]


def _looked_into(now: datetime) -> Iterator[c.CaseCommand]:
    """A shortfall of yesterday, from its opening by hand to its cause, and what is still to be done."""
    web = next(shop for shop in SHOPS if shop.online)
    case_id = f"c-{secrets.token_hex(4)}"
    on: dict[str, Any] = {"case_id": case_id, "by": _MANAGER, "at": now}
    began = now - timedelta(hours=27)
    yield c.OpenCase(
        title="Fewer web orders for two hours",
        scope=Scope(dimension=Dimension.STORE, key=web.store_id, store=web.store_id, currency=web.currency),
        business_date=began.date(),
        window_start=began,
        window_end=began + timedelta(hours=2),
        **on,
    )
    yield c.CheckCase(item=c.Item.FEEDBACK, finding="Customers wrote that their card was refused", **on)
    yield c.NoteCase(text="The gateway had a fault until the evening", **on)
    action = c.Action(
        action_id="a1",
        text="Ask the gateway for a message when it has a fault",
        owner=_MANAGER,
        due=(now + timedelta(days=7)).date(),
    )
    yield c.PlanAction(action=action, **on)
    yield c.CloseCase(cause=c.Cause.PAYMENT, **on)


def _doubted(now: datetime) -> c.OpenCase:
    return c.OpenCase(
        case_id=f"c-{secrets.token_hex(4)}",
        kind=c.CaseKind.TRACKING,
        title="Are gift cards in the average order?",
        scope=Scope(dimension=Dimension.ALL),
        business_date=now.date(),
        window_start=now - timedelta(hours=1),
        window_end=now,
        about=c.Tracked(thing=c.TrackedThing.FIGURE, name="average order", board="today"),
        by=_MANAGER,
        at=now,
    )


def past_projections(store: Store, calendar: Calendar, now: datetime) -> list[OutgoingRecord]:
    """What the watcher would have told of yesterday, at noon and in the evening, by what was sold until then.

    So that targets against actual, and how right projections were, can be seen on the first day.
    """
    yesterday = now.astimezone(UTC).date() - timedelta(days=1)
    amounts = quarter_amounts(store, "net", yesterday - _KNOWN, yesterday + timedelta(days=1))
    told = []
    for moment in (datetime.combine(yesterday, each, UTC) for each in (_NOON, _EVENING)):
        known = {key: [q for q in own if q.quarter < moment.timestamp()] for key, own in amounts.items()}
        sold = SoldByQuarter.of(known, calendar)
        found = snapshots(Paces(sold).at(moment), Aims(Targets([]), sold, moment))
        value = Projections(taken_at=moment, snapshots=found).model_dump_json().encode()
        told.append(OutgoingRecord(None, value))
    return told
