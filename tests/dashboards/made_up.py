"""What watcher and people have told in the made-up shops of the pictures."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from daybook.schemas.alerts import (
    Alert,
    AlertKind,
    AlertState,
    Breakdown,
    DayFigures,
    Dimension,
    Scope,
    Severity,
    Split,
    SplitRow,
)
from daybook.schemas.cases import (
    Action,
    Case,
    CaseKind,
    CaseState,
    Cause,
    Check,
    Evidence,
    Item,
    Note,
    Tracked,
    TrackedThing,
)
from daybook.schemas.coaching import Behind, Coaching, CoachingNote
from daybook.sinks.award_rows import AWARDS, COACHING
from daybook.sinks.store import Store
from tests.dashboards.shop import write_case
from tests.rewards.test_recognition_boards import POINTS, award, insert


def praise(store: Store, now: datetime) -> None:
    """What people have earned lately."""
    today, day = now.date(), timedelta(days=1)
    best = {"Hugo": 0, "Ben": 1, "Chiara": 2, "Keiko": 3}
    awards = [
        award(
            number,
            key=name.lower(),
            name=name,
            first=today - back * day,
            last=today - back * day,
            value=str(98_765 - 1_234 * back),
            decided_at=now - back * day - timedelta(hours=4),
            public_at=now - back * day - timedelta(hours=2),
        )
        for number, (name, back) in enumerate(best.items())
    ]
    points = {"Hugo": 120, "Amira": 95, "Ben": 80, "Luca": 55, "Grace": 40}
    awards += [
        award(
            100 + number, **POINTS, key=name.lower(), name=name, quantity=many, confirmed=many - 15,
            first=today, last=today,
        )
        for number, (name, many) in enumerate(points.items())
    ]  # fmt: skip
    insert(store, AWARDS, *awards)


def coached(store: Store, now: datetime) -> None:
    """Who is behind their own past, in what, and what a manager noted."""
    monday = (now - timedelta(days=now.weekday() + 7)).date()
    noted = CoachingNote(
        note_id="1",
        by="Maria",
        at=now - timedelta(days=2, hours=3),
        text="Alone at the till since the move; a second one comes on Monday.",
    )
    behind = {
        "dev": Behind(
            week=monday, actual=312_400, usual=401_150, weeks=3, orders=-61_300, basket=-18_450,
            discounts=-6_200, returns=-2_800,
        ),
        "ines": Behind(
            week=monday, actual=287_650, usual=334_900, weeks=2, orders=-8_100, basket=-35_250,
            discounts=-3_900,
        ),
    }  # fmt: skip
    for number, (key, own) in enumerate(behind.items(), start=1):
        state = Coaching(
            who="staff",
            key=key,
            currency="GBP",
            version=number,
            behind=own,
            listed=key == "dev",
            notes=[noted] if key == "dev" else [],
            changed_at=now,
        )
        insert(store, COACHING, state)


def investigated(store: Store, now: datetime) -> None:
    """A shortfall that is looked into, one that was closed, and a figure that somebody doubts."""
    write_case(store, _open_case(now))
    told: dict[str, Any] = {"version": 1, "business_date": now.date(), "opened_at": now - timedelta(hours=3)}
    hours: dict[str, Any] = {"window_start": now - timedelta(hours=5), "window_end": now - timedelta(hours=3)}
    doubted = Case(
        case_id="c-7d20",
        kind=CaseKind.TRACKING,
        title="Gift cards seem to be in the average order",
        scope=Scope(dimension=Dimension.ALL),
        about=Tracked(thing=TrackedThing.FIGURE, name="average order", board="today"),
        opened_by="Grace",
        **told,
        **hours,
    )
    over = Case(
        case_id="c-19e4",
        kind=CaseKind.SHORTFALL,
        state=CaseState.CLOSED,
        title="Web shop is short: fewer orders",
        scope=Scope(dimension=Dimension.STORE, key="web", store="web", currency="GBP"),
        opened_by="daybook",
        owner="Ann",
        cause=Cause.PAYMENT,
        shortfall=-212_600,
        outcome=-148_350,
        closed_at=now - timedelta(hours=1),
        closed_by="Ann",
        notes=[Note(by="Ann", at=now - timedelta(hours=2), text="The gateway says it is mended since noon.")],
        **told,
        **hours,
    )
    for case in (doubted, over):
        write_case(store, case)


def _open_case(now: datetime) -> Case:
    moved = [
        ("silent_till", "marais/2", 0, 96, 8_200, Cause.EQUIPMENT),
        ("terminal_faults", "printer", 7, 1, 5_100, Cause.EQUIPMENT),
        ("stock_out", "wool-throw", 1, 0, 3_000, Cause.STOCK),
    ]
    names = ("kind", "label", "value", "usual", "unusual", "points_to")
    evidence = [Evidence(unit="count", **dict(zip(names, each, strict=True))) for each in moved]  # type: ignore[arg-type]
    return Case(
        case_id="c-52aa",
        version=5,
        kind=CaseKind.SHORTFALL,
        title="Le Marais will probably miss its target",
        scope=Scope(dimension=Dimension.STORE, key="marais", store="marais", currency="EUR"),
        business_date=now.date(),
        window_start=now - timedelta(hours=2),
        window_end=now,
        opened_at=now - timedelta(minutes=32),
        opened_by="daybook",
        shortfall=-115_178,
        owner="Ann",
        evidence=evidence,
        checks=[
            Check(item=Item.FEEDBACK, by="Ann", at=now, finding="two complaints about the queue"),
            Check(item=Item.EQUIPMENT, by="Ann", at=now, finding="till 2 does not start"),
        ],
        notes=[Note(by="Ann", at=now - timedelta(minutes=12), text="Called the shop: one till for all.")],
        actions=[
            Action(action_id="a1", text="Bring the spare till", owner="Hugo", due=now.date()),
        ],
    )


def shortfall(now: datetime) -> Alert:
    """A made-up shortfall, taken apart so that each way adds up."""
    rows = [
        SplitRow(name="orders", amount=-98_310),
        SplitRow(name="units", amount=-12_040),
        SplitRow(name="price", amount=4_215),
        SplitRow(name="discounts", amount=-6_900),
        SplitRow(name="reversals", amount=-2_143),
    ]
    named = {"wool-throw": -61_200, "oak-board": -30_415, "tea-darjeeling": -9_980}
    products = [
        SplitRow(name=name, label=name.replace("-", " ").capitalize(), amount=amount)
        for name, amount in named.items()
    ]
    whole = sum(row.amount for row in rows)
    rest = whole - sum(row.amount for row in products)
    return Alert(
        dedup_key="5a" * 16,
        version=7,
        rule="target-at-risk",
        kind=AlertKind.TARGET,
        severity=Severity.ERROR,
        scope=Scope(dimension=Dimension.STORE, key="marais", store="marais", currency="EUR"),
        business_date=now.date(),
        state=AlertState.FIRING,
        reason="held_long_enough",
        finding="shortfall",
        title="Le Marais will probably miss its target",
        summary="24.0 % below what is usual by now, for 42 minutes: fewer orders, above all of Wool throw.",
        started_at=now - timedelta(minutes=42),
        updated_at=now - timedelta(minutes=1),
        fired_at=now - timedelta(minutes=32),
        times_fired=1,
        day=DayFigures(
            actual=364_459, expected=364_459 - whole, projected_close=799_039, low=741_974, high=858_916,
            target=900_000, chance=30_000, at_risk=100_961,
        ),
        split=Split(
            shortfall=whole,
            parts=rows,
            breakdowns=[Breakdown(dimension=Dimension.PRODUCT, rows=products, rest=rest)],
        ),
    )  # fmt: skip
