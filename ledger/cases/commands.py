"""What people do to a case: a pure function from the case and the command to the case after it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import Final, TypeVar

from pydantic import BaseModel

from daybook.schemas.cases import (
    CHECKLIST,
    Action,
    Case,
    CaseCommand,
    CaseKind,
    CaseState,
    Check,
    CheckCase,
    CloseCase,
    FinishAction,
    NameCause,
    Note,
    NoteCase,
    OpenCase,
    PlanAction,
    ReopenCase,
    TakeCase,
)

MOST: Final = 200
"""Notes and actions of one case, each."""
_OTHER_CAUSE: Final = "The case is closed with another cause; reopen it first."
_M = TypeVar("_M", bound=BaseModel)


class CommandRefused(ValueError):
    """A command that does not fit the case as it is; the text is a sentence for whoever sent it."""


def applied(case: Case | None, command: CaseCommand, version: int) -> Case:
    """The case after a command.

    A command that comes twice changes nothing the second time; then the very same case is given back.

    Args:
        case: as it stands; None where there is none of this id.
        command: what somebody does.
        version: the version that the changed case has.

    Raises:
        CommandRefused: there is no such case, or the command does not fit.
    """
    if isinstance(command, OpenCase):
        return _opened(command, version) if case is None else case
    if case is None:
        raise CommandRefused(f"There is no case {command.case_id}.")
    changed = _changed(command, case)
    return case if changed == case else changed.model_copy(update={"version": version})


def _opened(command: OpenCase, version: int) -> Case:
    return Case(
        case_id=command.case_id,
        version=version,
        kind=command.kind,
        title=command.title,
        scope=command.scope,
        business_date=command.business_date,
        window_start=command.window_start,
        window_end=command.window_end,
        opened_at=command.at,
        opened_by=command.by,
        about=command.about,
    )


@singledispatch
def _changed(command: CaseCommand, case: Case) -> Case:  # noqa: ARG001 - the signature of all of them
    raise TypeError(type(command).__name__)


@_changed.register
def _(command: TakeCase, case: Case) -> Case:
    return case.model_copy(update={"owner": command.owner})


@_changed.register
def _(command: NoteCase, case: Case) -> Case:
    note = Note(by=command.by, at=command.at, text=command.text)
    if note in case.notes:
        return case
    _room(case.notes, "notes")
    return case.model_copy(update={"notes": [*case.notes, note]})


@_changed.register
def _(command: CheckCase, case: Case) -> Case:
    check = Check(item=command.item, by=command.by, at=command.at, finding=command.finding)
    others = [one for one in case.checks if one.item is not command.item]
    return case.model_copy(update={"checks": sorted([*others, check], key=_place_of_check)})


@_changed.register
def _(command: PlanAction, case: Case) -> Case:
    others = [one for one in case.actions if one.action_id != command.action.action_id]
    _room(others, "actions")
    planned = sorted([*others, command.action], key=lambda one: (one.due, one.action_id))
    return case.model_copy(update={"actions": planned})


@_changed.register
def _(command: FinishAction, case: Case) -> Case:
    if all(one.action_id != command.action_id for one in case.actions):
        raise CommandRefused(f"The case has no action {command.action_id}.")
    done = [
        one.model_copy(update={"done_at": one.done_at or command.at})
        if one.action_id == command.action_id
        else one
        for one in case.actions
    ]
    return case.model_copy(update={"actions": done})


@_changed.register
def _(command: NameCause, case: Case) -> Case:
    if case.state is CaseState.CLOSED and case.cause is not command.cause:
        raise CommandRefused(_OTHER_CAUSE)
    return case.model_copy(update={"cause": command.cause})


@_changed.register
def _(command: CloseCase, case: Case) -> Case:
    cause = command.cause or case.cause
    if cause is None:
        raise CommandRefused("The case has no cause yet: name one.")
    if case.state is CaseState.CLOSED:
        if case.cause is cause:
            return case
        raise CommandRefused(_OTHER_CAUSE)
    unlooked = _unlooked(case)
    if case.kind is CaseKind.SHORTFALL and unlooked:
        raise CommandRefused(f"The checklist begins with {unlooked}: say what was found there first.")
    told = {"state": CaseState.CLOSED, "cause": cause}
    return case.model_copy(update=told | {"closed_at": command.at, "closed_by": command.by})


@_changed.register
def _(command: ReopenCase, case: Case) -> Case:  # noqa: ARG001 - the signature of all of them
    told = {"state": CaseState.OPEN, "cause": None, "closed_at": None, "closed_by": None}
    return case.model_copy(update=told)


def _unlooked(case: Case) -> str | None:
    """The first item of the checklist, where nobody has looked: no case ends without asking the customer."""
    first = CHECKLIST[0]
    return None if any(check.item is first for check in case.checks) else first.value.replace("_", " ")


def _place_of_check(check: Check) -> int:
    return CHECKLIST.index(check.item)


def _room(things: Sequence[_M], name: str) -> None:
    if len(things) >= MOST:
        raise CommandRefused(f"A case has {MOST} {name} at most.")


def open_actions(case: Case) -> list[Action]:
    """What is still to be done, most urgent first."""
    return [action for action in case.actions if action.done_at is None]
