"""The staff file: who sells, where, and in which team from when on."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from daybook.schemas.fields import FreeText, Identifier
from daybook.schemas.lines import Strict


class TeamFrom(Strict):
    """The team from a business date on; none where ``team`` is left out."""

    valid_from: date = date(1970, 1, 1)
    team: FreeText | None = None


class StaffEntry(Strict):
    """One member of staff, by the id that events carry."""

    staff_id: Identifier
    name: FreeText | None = Field(None, description="What boards show instead of the id.")
    home_store: Identifier | None = Field(None, description="Whose opening hours and whose peers are theirs.")
    peer_group: FreeText | None = Field(None, description="With whom they are compared, such as part-time.")
    receiver: Identifier | None = Field(
        None, description="Receiver of the rules file that tells them what they earned, before their team."
    )
    teams: list[TeamFrom] = Field([], description="A team's sales are those of its members on each day.")

    @model_validator(mode="after")
    def _check_teams(self) -> Self:
        starts = [entry.valid_from for entry in self.teams]
        if starts != sorted(set(starts)):
            raise PydanticCustomError("teams", "teams: valid_from must rise from entry to entry")
        return self


class StaffFile(Strict):
    """All members of staff; who is not in it sells all the same, without a team."""

    staff: list[StaffEntry]

    @model_validator(mode="after")
    def _check_ids(self) -> Self:
        ids = [entry.staff_id for entry in self.staff]
        if len(set(ids)) != len(ids):
            raise PydanticCustomError("duplicate_staff", "staff: a staff_id is used twice")
        return self
