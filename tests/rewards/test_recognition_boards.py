"""What boards show of awards and coaching: nothing before its owner has known, no public bottom list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from daybook.schemas.awards import Award, AwardStatus, News
from daybook.schemas.coaching import Behind, Coaching, CoachingNote
from daybook.schemas.rewards import PrizeKind, Who
from daybook.sinks.award_rows import AWARDS, COACHING
from daybook.sinks.migrate import migrate
from daybook.sinks.states import StateRecord, StateTopic
from daybook.sinks.store import Store, transposed
from tests.dashboards.month import NOW, ask
from tests.support.require import need

TODAY = NOW.date()


def award(number: int, **changes: Any) -> Award:
    """Ann was the best of the day; everyone may see it since an hour."""
    made = Award(
        award_id=f"{number:024}",
        version=1,
        programme_id="best-of-day",
        title="Best of the day",
        how="ranking",
        who=Who.PERSON,
        key="ann",
        name="Ann",
        currency="GBP",
        period="day",
        first=TODAY,
        last=TODAY,
        place=1,
        value="123456",
        unit="minor_units",
        quantity=2_500,
        confirmed=2_500,
        status=AwardStatus.CONFIRMED,
        reason="return window over",
        prize=PrizeKind.GIFT_CARD,
        label="gift card",
        decided_at=NOW - timedelta(hours=3),
        changed_at=NOW - timedelta(hours=3),
        news=News.EARNED,
        news_at=NOW - timedelta(hours=3),
        public_at=NOW - timedelta(hours=1),
    )
    return made.model_copy(update=changes)


POINTS = {"programme_id": "points", "how": "points", "title": "Points", "prize": None, "label": None}
ALL_AWARDS = [
    award(1),
    award(2, key="bob", name="Bob", public_at=NOW + timedelta(hours=1)),
    award(3, key="cat", name=None, status=AwardStatus.WITHDRAWN),
    award(4, **POINTS, quantity=12, confirmed=10),
    award(
        5, **POINTS, quantity=7, confirmed=None, status=AwardStatus.PENDING, first=TODAY - timedelta(days=1)
    ),
    award(6, currency="EUR", key="dan"),
]
BEHIND = Behind(
    week=date(2026, 3, 2), actual=80_000, usual=100_000, weeks=3, orders=-12_000, basket=-9_000,
    discounts=500, returns=500,
)  # fmt: skip
NOTE = CoachingNote(note_id="1", by="maria", at=NOW, text="Works on the new till since Monday")
COACHED = Coaching(
    who="staff",
    key="eve",
    currency="GBP",
    version=1,
    behind=BEHIND,
    listed=True,
    notes=[NOTE],
    changed_at=NOW,
)


def insert(store: Store, topic: StateTopic, *states: Award | Coaching) -> None:
    """Write states as the sink does."""
    rows = [
        row
        for state in states
        for row in topic.rows(
            StateRecord(0, 0, state.version, 0, b"", state.model_dump_json(exclude_none=True).encode())
        )
    ]
    store.insert(topic.table, transposed(topic.columns, rows))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Awards and somebody who is behind."""
    need("clickhouse")
    folder: Path = tmp_path_factory.mktemp("boards")
    with Store.embedded(folder / "clickhouse") as opened:
        migrate(opened)
        insert(opened, AWARDS, *ALL_AWARDS)
        insert(opened, COACHING, COACHED)
        yield opened


def test_the_board_shows_what_everyone_may_see(store: Store) -> None:
    """Ann's award, by her name and in pounds; not Bob's, who is to know first, nor what was taken back."""
    [shown] = ask(store, "recognition_latest")
    assert (shown["who"], shown["prize_money"], shown["given"]) == ("Ann", 2_500, "gift card")


def test_points_are_added_up_by_how_far_they_are(store: Store) -> None:
    """Confirmed, pending, and what was corrected since."""
    [points] = ask(store, "recognition_points")
    figures = [points[f"{name}_points"] for name in ("confirmed", "pending", "corrected")]
    assert (points["who"], figures) == ("Ann", [12, 7, 2])
    by_programme = {row["earned_for"]: row for row in ask(store, "recognition_programmes")}
    assert by_programme["Best of the day"]["withdrawn_awards"] == 1
    assert by_programme["Best of the day"]["prize_money"] == 5_000


def test_managers_see_in_what_somebody_is_behind(store: Store) -> None:
    """The parts add up to the difference from usual; the note stands beside it."""
    [row] = ask(store, "coaching_behind")
    parts = [row[name] for name in ("by_orders", "by_basket", "by_discounts", "by_returns")]
    assert sum(parts) == row["net"] - row["usual_week"] == -20_000
    assert (row["who"], row["weeks_behind"], row["listed_now"]) == ("eve", 3, "on the list")
    [note] = ask(store, "coaching_notes")
    assert (note["who"], note["noted_by"], note["note_text"]) == ("eve", "maria", NOTE.text)
