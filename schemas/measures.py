"""The measures file: measures of a business's own, as expressions over those that are kept."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from daybook.schemas.fields import FreeText
from daybook.schemas.lines import Strict

MeasureName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
"""How a measure is named in expressions, rules, boards and on the command line."""

MeasureText = Annotated[str, StringConstraints(min_length=1, max_length=500)]
"""An expression; ``daybook.ledger.expressions`` says what it may hold."""


class CustomMeasure(Strict):
    """A measure and how it is computed from others; it may use the custom measures above it."""

    name: MeasureName
    expression: MeasureText = Field(description="Such as `-reversals / gross`.")
    label: FreeText | None = Field(None, description="How people read it; the name if left out.")


class MeasuresFile(Strict):
    """All custom measures of a business."""

    measures: list[CustomMeasure]

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        names = [measure.name for measure in self.measures]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise PydanticCustomError(
                "duplicate_measure", "measures: {name} stands there twice", {"name": twice}
            )
        return self
