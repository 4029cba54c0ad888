"""The coaching list, as the recognition agent keeps it: who is behind, and what managers noted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from daybook.ledger.rewards.coaching import Subject, all_behind
from daybook.ledger.rewards.gathering import Gathering
from daybook.ledger.rewards.records import Writing
from daybook.ledger.rewards.spans import Moment
from daybook.ledger.yardsticks import Yardsticks
from daybook.schemas import topics
from daybook.schemas.coaching import Behind, Coaching, CoachingNote, EndCoaching, NoteCoaching
from daybook.schemas.rewards import Who
from daybook.schemas.ticks import Command
from daybook.streams.ticks import PLACE
from daybook.streams.writer import Outgoing

COACHING: Final = b"coaching|"
MOST_NOTES: Final = 200
"""Of one person or store; the oldest go first."""


class CoachingList:
    """States by who, key and currency. ``take`` gives what has changed since the last call."""

    def __init__(self) -> None:
        self.states: dict[Subject, Coaching] = {}
        self.newest = 0
        """The highest version there is."""
        self._changed: dict[Subject, Coaching | None] = {}

    def restore(self, entries: Mapping[bytes, bytes]) -> None:
        """Know what was written."""
        self.states, self._changed, self.newest = {}, {}, 0
        for key, value in entries.items():
            if key.startswith(COACHING):
                state = Coaching.model_validate_json(value)
                self.states[_subject(state)] = state
                self.newest = max(self.newest, state.version)

    def know(self, states: Iterable[Coaching]) -> None:
        """Go on with states that were kept elsewhere; they go into the table with the next change of each."""
        for state in states:
            self.states.setdefault(_subject(state), state)
            self.newest = max(self.newest, state.version)

    def look(
        self, gathering: Gathering, yardsticks: Yardsticks, at: Moment, since: date, writing: Writing
    ) -> None:
        """See who is behind now."""
        found = dict(all_behind(gathering, yardsticks, at, since))
        for subject in {*found, *self.states}:
            old = self.states.get(subject)
            now: Behind | None = found.get(subject)
            if (old.behind if old else None) != now:
                self._put(subject, writing, behind=now)

    def carry_out(self, command: Command, writing: Writing) -> None:
        """Take over a note, or take somebody off the list; other commands are others'."""
        if isinstance(command, NoteCoaching):
            subject = Subject(Who(command.who), command.key, command.currency)
            old = self.states.get(subject)
            notes = list(old.notes) if old else []
            note = CoachingNote(note_id=command.note_id, by=command.by, at=command.at, text=command.text)
            if all(each.note_id != note.note_id for each in notes):
                self._put(subject, writing, listed=True, notes=[*notes, note][-MOST_NOTES:])
        elif isinstance(command, EndCoaching):
            subject = Subject(Who(command.who), command.key, command.currency)
            if subject in self.states and self.states[subject].listed:
                self._put(subject, writing, listed=False)

    def take(self) -> tuple[dict[bytes, bytes | None], list[Outgoing]]:
        """Table entries, and records for others."""
        changed, self._changed = self._changed, {}
        entries: dict[bytes, bytes | None] = {}
        for subject, state in changed.items():
            key = COACHING + f"{subject.who.value}|{subject.currency}|{subject.key}".encode()
            entries[key] = state.model_dump_json(exclude_none=True).encode() if state else None
        return entries, [Outgoing(topics.COACHING, key, value, PLACE) for key, value in entries.items()]

    def _put(self, subject: Subject, writing: Writing, **changes: object) -> None:
        old = self.states.get(subject) or Coaching(
            who=subject.who.value,  # type: ignore[arg-type]  # teams are never looked at
            key=subject.key,
            currency=subject.currency,
            version=writing.version,
            changed_at=writing.at,
        )
        changes |= {"version": writing.version, "changed_at": writing.at}
        state = old.model_copy(update=changes)
        self.states[subject] = self._changed[subject] = state
        self.newest = max(self.newest, writing.version)


def _subject(state: Coaching) -> Subject:
    return Subject(Who(state.who), state.key, state.currency)
