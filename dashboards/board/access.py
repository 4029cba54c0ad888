"""Who looks at the board, and what they may see. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, Protocol, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from daybook.schemas.fields import Identifier
from daybook.schemas.keys import ANY, HashedKey
from daybook.schemas.stores import StoreEntry

ViewName = Literal[
    "today", "leaderboard", "recognition", "signals", "customers", "alerts", "cases", "trust", "coaching"
]
VIEWS: Final[tuple[ViewName, ...]] = (
    "today",
    "leaderboard",
    "recognition",
    "signals",
    "customers",
    "alerts",
    "cases",
    "trust",
)
"""The views that are open to every viewer of a store."""
FOR_MANAGERS: Final[tuple[ViewName, ...]] = ("coaching",)
OF_ONE_PERSON: Final[tuple[ViewName, ...]] = ("leaderboard", "recognition")
"""The views in which somebody sees what is their own."""
EVERY_VIEW: Final = (*VIEWS, *FOR_MANAGERS)


class Role(StrEnum):
    """What a view key is for."""

    VIEWER = "viewer"
    """All views of the stores it names; top lists only."""
    MANAGER = "manager"
    """The same, and bottom lists and coaching."""
    OWN = "own"
    """One staff member's own line on the leaderboards and own awards, and nothing of anybody else."""


class ViewKey(HashedKey):
    """A key for looking, as it is stored."""

    role: Role
    stores: list[str] = Field(min_length=1, description="Store ids whose figures it shows; '*' is all.")
    staff_id: Identifier | None = Field(None, description="Whose line the role `own` shows.")
    operator: bool = Field(False, description="Whether it may act on alerts and cases.")

    @model_validator(mode="after")
    def _check_own(self) -> Self:
        if (self.role is Role.OWN) != (self.staff_id is not None):
            raise PydanticCustomError("view_key", "staff_id: goes with the role own alone")
        if self.role is Role.OWN and self.operator:
            raise PydanticCustomError("view_key", "operator: not with the role own")
        return self


@dataclass(frozen=True, slots=True)
class Scope:
    """What a document may hold. Viewers with equal scopes share one reader."""

    stores: frozenset[str] | None = None
    """None for all."""
    bottom: bool = False
    """Whether bottom lists are shown."""
    staff_id: str | None = None
    """Where set, this person's own line and nothing else."""

    def shows(self, store_id: str) -> bool:
        """Whether a store's figures may be shown."""
        return self.staff_id is None and (self.stores is None or store_id in self.stores)

    def names_of(self, stores: Iterable[StoreEntry]) -> dict[str, str]:
        """Names by id of those stores that may be shown; no document may name another."""
        return {
            store.store_id: store.name or store.store_id for store in stores if self.shows(store.store_id)
        }


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks. ``name`` is their key's label, which also signs what they acknowledge."""

    role: Role
    scope: Scope
    name: str = ""
    operator: bool = False
    key_id: str | None = None
    """None for whoever needed no key, on loopback."""

    @property
    def views(self) -> tuple[ViewName, ...]:
        """The views that are open to them, the first one first."""
        if self.role is Role.OWN:
            return OF_ONE_PERSON
        return EVERY_VIEW if self.role is Role.MANAGER else VIEWS


ANYBODY: Final = Viewer(Role.VIEWER, Scope())
"""Whoever looks without a key, where none is asked for: all stores, no bottom lists, no right to act."""


def viewer_of(key: ViewKey) -> Viewer:
    """Who looks with a key."""
    stores = None if ANY in key.stores else frozenset(key.stores)
    scope = Scope(stores, bottom=key.role is Role.MANAGER, staff_id=key.staff_id)
    return Viewer(key.role, scope, key.label, key.operator, key.key_id)


class ViewKeySource(Protocol):
    """Whoever knows the view keys in force."""

    def identify(self, token: str) -> ViewKey | None:
        """The key that a token belongs to; None if there is none or it is revoked."""
        ...

    def in_force(self, key_id: str) -> ViewKey | None:
        """The key of an id; None if there is none or it is revoked."""
        ...
