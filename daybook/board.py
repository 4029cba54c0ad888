"""The live page's composition: its door with the view keys, and the server where it is served alone."""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import socket
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from fastapi.middleware.trustedhost import TrustedHostMiddleware

from daybook.alerts_api import AlertsApi
from daybook.board_files import load_boards, load_measures, load_staff, load_targets
from daybook.dashboards.board.app import Board, create_app, create_board
from daybook.dashboards.board.door import Door
from daybook.dashboards.board.sessions import Sessions
from daybook.dashboards.board.standings import PERIODS_SHOWN, Question
from daybook.gateway import serve
from daybook.json_files import FileError
from daybook.ledger.calendar import Calendar
from daybook.ledger.expressions import ExpressionError, parse_all
from daybook.ledger.leaderboards import MEASURES, main_date
from daybook.ledger.signals.boards import is_of_signals
from daybook.operations.alerts import AcknowledgeArgs, SilenceArgs, acknowledge_alert, silence_alerts
from daybook.operations.base import CannotAct, Document, Place
from daybook.operations.cases import ActArgs, OpenArgs, act_on_case, open_case
from daybook.operations.coaching import NoteArgs, note_coaching
from daybook.operations.leaderboard import LeaderboardArgs, known_targets, show_leaderboard
from daybook.producers.gateway.connections import ConnectionLimits
from daybook.reloading import Looked, Watched
from daybook.schemas.alerts import Match
from daybook.schemas.cases import Tracked
from daybook.schemas.staff import StaffEntry
from daybook.settings import Settings
from daybook.sinks.store import Store
from daybook.view_keys import ViewKeysFile

HOST: Final = "127.0.0.1"
_ALL: Final = 10_000


def opened_door(keys_path: Path | None, *, key_required: bool) -> Door:
    """The door of the live page, with the view keys beside a file of API keys.

    Raises:
        KeysFileError: the file cannot be read or written.
    """
    if keys_path is None:
        return Door(None, None, _now, key_required=key_required)
    keys = ViewKeysFile(keys_path)
    return Door(keys, Sessions(keys.session_secret()), _now, key_required=key_required)


def composed(
    store: Store,
    calendar: Calendar,
    settings: Settings,
    door: Door,
    *,
    command: Callable[[bytes], None] | None = None,
    clock: Callable[[], datetime] | None = None,
    filling: Callable[[], bool] = lambda: False,
) -> Board:
    """The live page over a store of totals. ``command`` tells the watcher; None where no Kafka is known.

    ``filling`` says whether a past is still being published.

    Raises:
        FileError: the staff, targets, measures or leaderboards file is not valid.
    """
    clock = clock or _now
    place = Place(store, calendar, command=command)
    staff = load_staff(settings.staff_file)
    custom = {each.name: each.expression for each in load_measures(settings.measures_file)}
    try:
        measures = parse_all(custom)
    except ExpressionError as error:
        raise FileError(f"The measures file is not valid: {error}.") from error
    board = create_board(
        store,
        calendar,
        clock,
        door=door,
        grace=timedelta(hours=settings.day_grace_hours),
        ranking=_Ranking(place, settings, staff, clock),
        staff_names={entry.staff_id: entry.name or entry.staff_id for entry in staff},
        homes={entry.staff_id: entry.home_store for entry in staff if entry.home_store is not None},
        also=_also(settings, measures),
        actions=None if command is None else _Actions(place),
        coaching_actions=None if command is None else _Actions(place),
        case_actions=None if command is None else _CaseActions(place),
        filling=filling,
    )
    board.router.include_router(AlertsApi(place, door, measures).router())
    return board


def _also(settings: Settings, own: Collection[str]) -> list[Question]:
    """Stores by each measure of one's own, and the boards over signals that are kept live and have room."""
    kept = [spec for spec in load_boards(settings.leaderboards_file) if spec.period in PERIODS_SHOWN]
    return [
        *(Question("store", period, measure=name) for name in own for period in PERIODS_SHOWN),
        *(
            Question(spec.by, spec.period, measure=spec.measure)
            for spec in kept
            if is_of_signals(spec.measure, (*MEASURES, *own)) and not spec.peers
        ),
    ]


class _Ranking:
    """Answers what stands on leaderboards, all places of them, as `daybook leaderboard` does."""

    def __init__(
        self, place: Place, settings: Settings, staff: list[StaffEntry], clock: Callable[[], datetime]
    ) -> None:
        self._place = place
        self._clock = clock
        self._files: dict[str, Any] = {
            "staff": staff,
            "targets": load_targets(settings.targets_file),
            "custom": load_measures(settings.measures_file),
            "grace_hours": settings.day_grace_hours,
        }
        self._targets = Watched(
            settings.targets_file, load_targets, functools.partial(self._files.__setitem__, "targets")
        )

    async def __call__(self, question: Question) -> Document:
        self._targets.look()
        now = self._clock()
        asked = question._asdict() | self._files
        day = main_date(self._place.calendar or Calendar([]), now)
        args = LeaderboardArgs(**asked, top=_ALL, day=day, at=now)
        return await asyncio.to_thread(self._ranked, args)

    def _ranked(self, args: LeaderboardArgs) -> Document:
        if args.measure == "attainment":
            targets = known_targets(self._place, args)
            if not any(holder.scope == args.by for holder in targets.holders()):
                return {"boards": []}
        return show_leaderboard(self._place, args)


class _Actions:
    """What operators and managers say, as commands to the watcher."""

    def __init__(self, place: Place) -> None:
        self._place = place

    async def acknowledge(self, dedup_key: str, by: str, note: str | None) -> None:
        """Somebody takes an alert on."""
        await self._tell(acknowledge_alert, AcknowledgeArgs(dedup_key=dedup_key, by=by, note=note))

    async def silence(self, dedup_key: str, by: str, reason: str, minutes: int) -> None:
        """An alert is told to nobody for so many minutes."""
        match = Match(dedup_keys=[dedup_key])
        await self._tell(silence_alerts, SilenceArgs(match=match, minutes=minutes, by=by, reason=reason))

    async def note(self, who: str, key: str, currency: str, text: str, by: str) -> None:
        """Something is noted about somebody, which puts them on the coaching list."""
        about = {"who": who, "key": key, "currency": currency}
        await self._tell(note_coaching, NoteArgs.model_validate(about | {"text": text, "by": by}))

    async def _tell(self, operation: Callable[[Place, Any], Document], args: Any) -> None:
        try:
            await asyncio.to_thread(operation, self._place, args)
        except CannotAct as error:
            raise PermissionError(str(error)) from error


class _CaseActions:
    """What people do to cases, as commands to the watcher."""

    def __init__(self, place: Place) -> None:
        self._place = place

    async def act(self, case_id: str, by: str, what: Mapping[str, Any]) -> None:
        """Somebody works on a case."""
        await self._tell(act_on_case, lambda: ActArgs(case_id=case_id, by=by, **what))

    async def report(self, by: str, title: str, about: Tracked) -> None:
        """Somebody says that something is wrong with the tracking."""
        await self._tell(open_case, lambda: OpenArgs(title=title, by=by, about=about))

    async def _tell(self, operation: Callable[[Place, Any], Document], args: Callable[[], Any]) -> None:
        try:
            await asyncio.to_thread(operation, self._place, args())
        except CannotAct as error:
            raise PermissionError(str(error)) from error


async def serve_board(
    board: Board, listening: socket.socket, *, everywhere: bool, files: Sequence[Looked] = ()
) -> None:
    """Serve the live page until told to end (SIGINT, SIGTERM); ``files`` are read anew when they change.

    Unless it is meant for ``everywhere``, it answers under loopback's names alone: a page elsewhere could
    otherwise have its own name point here, and read the board from a visitor.
    """
    app: FastAPI = create_app(board)
    if not everywhere:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])
    await serve(app, listening, ConnectionLimits(), before_end=board.close, files=files)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _now() -> datetime:
    return datetime.now(UTC)
