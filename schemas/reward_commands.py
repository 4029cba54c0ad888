"""What people say about recognition and coaching, as events on the topic that also brings the ticks."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, TypeAdapter

from daybook.schemas.awards import GiveRecognition, WithdrawRecognition
from daybook.schemas.coaching import EndCoaching, NoteCoaching

RewardCommand = GiveRecognition | WithdrawRecognition | NoteCoaching | EndCoaching
REWARD_COMMANDS: Final[TypeAdapter[RewardCommand]] = TypeAdapter(
    Annotated[RewardCommand, Field(discriminator="type")]
)
"""Validates JSON into the command that its ``type`` names."""
