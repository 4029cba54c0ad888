"""Who belongs to whom: teams from a date on, home stores, and the peers that one is compared with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from daybook.ledger.calendar import Calendar
from daybook.schemas.staff import StaffEntry


class Staff:
    """The members of staff by id. Who is not known has no team, no home store and no peers."""

    def __init__(self, entries: Iterable[StaffEntry] = ()) -> None:
        self._entries = {entry.staff_id: entry for entry in entries}

    def __len__(self) -> int:
        return len(self._entries)

    def name(self, staff_id: str) -> str | None:
        """What is shown instead of an id; None for nothing else."""
        entry = self._entries.get(staff_id)
        return entry.name if entry is not None else None

    def home_store(self, staff_id: str) -> str | None:
        """The store whose opening hours are theirs."""
        entry = self._entries.get(staff_id)
        return entry.home_store if entry is not None else None

    def receiver(self, staff_id: str) -> str | None:
        """Who tells them what is for them alone."""
        entry = self._entries.get(staff_id)
        return entry.receiver if entry is not None else None

    def at_home_in(self, store_id: str) -> list[str]:
        """The ids of those whose home a store is."""
        return [staff_id for staff_id, entry in self._entries.items() if entry.home_store == store_id]

    def peer_group(self, staff_id: str) -> str | None:
        """The group that the staff file puts them in."""
        entry = self._entries.get(staff_id)
        return entry.peer_group if entry is not None else None

    def team_on(self, staff_id: str, day: date) -> str | None:
        """The team on a business date; what was sold before a change stays with the old team."""
        entry = self._entries.get(staff_id)
        if entry is None:
            return None
        return next((rule.team for rule in reversed(entry.teams) if rule.valid_from <= day), None)

    def members(self, day: date) -> dict[str, list[str]]:
        """The ids of each team's members on a business date."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for staff_id in self._entries:
            team = self.team_on(staff_id, day)
            if team is not None:
                found[team].append(staff_id)
        return dict(found)


class PeerGroups:
    """With whom stores and members of staff are compared."""

    def __init__(self, calendar: Calendar, staff: Staff) -> None:
        self._calendar = calendar
        self._staff = staff

    def of(self, by: str, peers: str | None, key: str, day: date) -> str | None:
        """The peer group of a contender on a business date; None where none is known.

        Where no ``peers`` are asked for all are in one group, whose name is empty.
        """
        if peers is None:
            return ""
        if by == "store":
            return self._of_store(peers, key)
        return self._of_staff(peers, key, day)

    def _of_store(self, peers: str, store_id: str) -> str | None:
        if store_id not in self._calendar:
            return None
        entry = self._calendar.store(store_id)
        return entry.peer_group if peers == "peer_group" else entry.region

    def _of_staff(self, peers: str, staff_id: str, day: date) -> str | None:
        if peers == "team":
            return self._staff.team_on(staff_id, day)
        if peers == "peer_group":
            return self._staff.peer_group(staff_id)
        home = self._staff.home_store(staff_id)
        if peers == "region" and home is not None:
            return self._of_store("region", home)
        return home
