"""What travels on ``daybook.ticks``: that time has gone on, and people's commands to the watcher's agents.

When it is comes from the log, which stamps every record itself: no two processes' clocks are compared.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from daybook.schemas.alert_commands import AlertCommand
from daybook.schemas.cases import CaseCommand
from daybook.schemas.lines import Strict
from daybook.schemas.reward_commands import RewardCommand


class Tick(Strict):
    """Time has gone on; there is nothing else to it."""

    type: Literal["tick"] = "tick"


Command = AlertCommand | RewardCommand | CaseCommand
_MESSAGES: Final[TypeAdapter[Tick | Command]] = TypeAdapter(
    Annotated[Tick | Command, Field(discriminator="type")]
)


def encode_tick(message: Tick | Command) -> bytes:
    """A message as JSON."""
    return message.model_dump_json(exclude_none=True).encode()


def decode_tick(value: bytes) -> Tick | Command:
    """A message from ``daybook.ticks``.

    Raises:
        pydantic.ValidationError: not such a message.
    """
    return _MESSAGES.validate_json(value)
