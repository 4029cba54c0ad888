"""Files that are read anew by what runs: safe changes hold, others change nothing and are told of."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from pathlib import Path

import pytest

from daybook.board_agent import leaderboards_agent, watched_staff
from daybook.board_files import load_targets
from daybook.ledger.calendar import Calendar
from daybook.ledger.plans import Plans
from daybook.reloading import Watched, reloading
from daybook.schemas.stores import DayRule, StoreEntry
from daybook.settings import Settings
from daybook.stores import load_stores, save_stores
from daybook.watched_stores import watched_stores

LEEDS = StoreEntry(store_id="leeds", days=[DayRule(zone="Europe/London")])
YORK = StoreEntry(store_id="york", days=[DayRule(zone="Europe/London")])
MOVED = StoreEntry(store_id="leeds", days=[DayRule(zone="Asia/Tokyo")])
TARGET = """{"scope": "store", "key": "leeds", "currency": "GBP", "period": "day",
 "first": "2026-11-25", "amount": 10000, "set_at": "2026-11-25T08:00:00Z", "set_by": "ann",
 "reason": "budget"}"""


@pytest.fixture
def stores(tmp_path: Path) -> Path:
    """A stores file with one store."""
    path = tmp_path / "stores.json"
    save_stores(path, [LEEDS])
    return path


def test_a_new_store_is_known_at_the_next_look(stores: Path) -> None:
    """And nothing is read while the file stays as it is."""
    calendar = Calendar(load_stores(stores))
    watched = watched_stores(Settings(stores_file=stores), calendar)
    assert watched.look() is False
    save_stores(stores, [LEEDS, YORK])
    assert watched.look() is True
    assert "york" in calendar
    assert watched.look() is False


@pytest.mark.parametrize("body", ["{", '{"stores": [{}]}', None], ids=["no JSON", "no store", "unsafe"])
def test_a_bad_file_changes_nothing_and_is_told_of_once(
    stores: Path, body: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    """What was read before goes on; when the file is put right, it is taken over."""
    calendar = Calendar(load_stores(stores))
    watched = watched_stores(Settings(stores_file=stores), calendar)
    if body is None:
        save_stores(stores, [MOVED])
    else:
        stores.write_text(body)
    with caplog.at_level(logging.ERROR):
        assert [watched.look(), watched.look()] == [False, False]
    assert [record.message.endswith("What was read before goes on.") for record in caplog.records] == [True]
    assert watched.problem is not None
    assert calendar.stores == [LEEDS]
    save_stores(stores, [LEEDS, YORK])
    assert watched.look() is True
    assert watched.problem is None


def test_a_target_of_a_file_is_gone_with_its_line(tmp_path: Path) -> None:
    """A file is what it says now; what was published besides stays."""
    path = tmp_path / "targets.json"
    path.write_text('{"targets": []}')
    plans = Plans()
    watched = Watched(path, load_targets, plans.file_targets)
    path.write_text(f'{{"targets": [{TARGET}]}}')
    assert watched.look() is True
    (kept,) = load_targets(path)
    assert plans.targets.holders()
    path.write_text('{"targets": []} ')
    assert watched.look() is True
    assert not plans.targets.holders()
    plans.add_target(kept)
    path.write_text('{"targets": []}')
    watched.look()
    assert plans.targets.holders()


def test_boards_go_by_another_staff_file(tmp_path: Path) -> None:
    """A broken one changes nothing; a valid one has the agent begin its boards anew."""
    path = tmp_path / "staff.json"
    path.write_text('{"staff": []}')
    settings, calendar = Settings(staff_file=path), Calendar([LEEDS])
    plans = Plans()
    agent = leaderboards_agent(settings, calendar, plans)
    staff = watched_staff(settings, agent, calendar, plans)
    path.write_text('{"staff": [')
    assert staff.look() is False
    path.write_text('{"staff": [{"staff_id": "ann", "teams": [{"team": "Blue"}]}]}')
    assert staff.look() is True


async def test_a_hang_up_has_the_files_looked_at_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the next look by itself is far away; and afterwards the signal is nobody's of ours."""
    monkeypatch.setattr("daybook.reloading.LOOK_SECONDS", 3600.0)
    path = tmp_path / "file"
    path.write_text("one")
    taken: list[str] = []
    async with reloading(Watched(path, Path.read_text, taken.append)):
        await asyncio.sleep(0)
        path.write_text("two, at last")
        os.kill(os.getpid(), signal.SIGHUP)
        async with asyncio.timeout(20):
            while not taken:
                await asyncio.sleep(0.01)
    assert taken == ["two, at last"]
