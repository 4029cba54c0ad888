"""What all alert rules say, and the forms of their numbers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from daybook.schemas.alerts import Severity
from daybook.schemas.fields import Currency, FreeText, Identifier
from daybook.schemas.lines import Strict

Percent = Annotated[int, Field(ge=0, le=100)]
Floors = dict[Currency, Annotated[int, Field(ge=0, le=10**15)]]
"""Minor units by currency, below which nobody is called; one that is not named has no floor."""
Factor = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,3})(\.[0-9]{1,3})?$")]
"""An exact decimal in a string, such as "1.5"."""
Level = (
    Annotated[int, Field(ge=-(10**15), le=10**15)]
    | Annotated[str, StringConstraints(pattern=r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?$")]
)
"""Minor units, a count, or a ratio as an exact decimal in a string, such as "0.05" for 5 %."""
WindowMinutes = Annotated[int, Field(ge=15, le=1440, multiple_of=15)]


class RuleBase(Strict):
    """What all rules say: where they look, and how long it must be so before anybody is called."""

    id: Identifier
    severity: Severity = Severity.WARNING
    enabled: bool = True
    title: FreeText | None = Field(None, description="How people read it; made from the kind if left out.")
    runbook: FreeText | None = Field(None, description="What to do, as a path or address of a page.")
    keys: list[FreeText] | None = Field(None, description="Which stores and so on; all if left out.")
    without: list[FreeText] = Field(default_factory=list, description="Which not.")
    hold_minutes: Annotated[int, Field(ge=0, le=1440)] = Field(
        10, description="Time to fire: for as long it must have been found without a break."
    )
    evaluations: Annotated[int, Field(ge=2, le=100)] = Field(2, description="In a row, that find it.")
    clear_evaluations: Annotated[int, Field(ge=1, le=100)] = Field(2, description="That do not, to resolve.")
