"""Reading foreign JSON field by field, with the path of each for whoever has to say what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from daybook.producers.adapters import money
from daybook.producers.adapters.contract import Untranslatable
from daybook.producers.adapters.identity import free_text, identifier
from daybook.schemas.codec import Reason
from daybook.schemas.currencies import EXPONENTS
from daybook.schemas.fields import EARLIEST, LATEST

_Value = TypeVar("_Value", bound=int | str)


class Node:
    """A JSON object with its path. Every reader raises ``Untranslatable`` with the field's path.

    Absent, null and (for texts) empty are the same: foreign systems do not tell them apart either.
    """

    __slots__ = ("path", "value")

    def __init__(self, value: Mapping[str, Any], path: str = "") -> None:
        self.value = value
        self.path = path

    def at(self, name: str) -> str:
        """The path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def has(self, name: str) -> bool:
        """Whether a field says anything."""
        return self.value.get(name) not in (None, "")

    def fail(self, name: str, detail: str, reason: Reason = Reason.UNTRANSLATED) -> Untranslatable:
        """The error for a field, to be raised."""
        return Untranslatable.because(self.at(name) if name else self.path, detail, reason)

    def text(self, name: str, default: str | None = None) -> str:
        """A text as it stands."""
        found = self._found(name, default)
        if not isinstance(found, str):
            raise self.fail(name, "not a text", Reason.WRONG_TYPE)
        return found

    def name(self, name: str) -> str | None:
        """A text for people, cleaned of personal data and markup; None if there is none."""
        found = self.value.get(name)
        return free_text(found) if isinstance(found, str) else None

    def identity(self, name: str) -> str:
        """A foreign id, number or SKU as an identifier."""
        found = self.optional_identity(name)
        if found is None:
            raise self.fail(name, "is missing", Reason.MISSING_FIELD)
        return found

    def optional_identity(self, name: str) -> str | None:
        """A foreign id as an identifier; None where there is none, or it is 0, which stands for none."""
        found = self.value.get(name)
        if isinstance(found, bool) or not isinstance(found, int | str | None):
            raise self.fail(name, "not an id", Reason.WRONG_TYPE)
        return identifier(str(found)) or None if found else None

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A truth value."""
        found = self._found(name, default)
        if not isinstance(found, bool):
            raise self.fail(name, "not true or false", Reason.WRONG_TYPE)
        return found

    def whole(self, name: str, default: int | None = None) -> int:
        """A count, zero or above."""
        found = self._found(name, default)
        if isinstance(found, bool) or not isinstance(found, int):
            raise self.fail(name, "not a whole number", Reason.WRONG_TYPE)
        if not 0 <= found <= 10**9:
            raise self.fail(name, "out of range", Reason.OUT_OF_RANGE)
        return found

    def amount(self, name: str, currency: str, default: int | None = None) -> int:
        """Minor units of an amount that is written in major units; it may be negative."""
        return self._money(name, default, lambda found: money.minor(found, currency))

    def minor(self, name: str, default: int | None = None) -> int:
        """An amount that is written in minor units; it may be negative."""
        return self._money(name, default, money.whole)

    def unit_price(self, name: str, currency: str) -> int | str:
        """A price per unit in major units, as an event writes it."""
        return self._money(name, None, lambda found: money.unit_price(found, currency))

    def currency(self, name: str) -> str:
        """An ISO 4217 code, in either case."""
        code = self.text(name).upper()
        if code not in EXPONENTS:
            raise self.fail(name, "not an ISO 4217 currency in use", Reason.UNKNOWN_CURRENCY)
        return code

    def moment(self, name: str, zone: str | None = None) -> datetime:
        """A time in ISO 8601, in UTC. ``zone`` is that of times that carry no offset."""
        try:
            found = datetime.fromisoformat(self.text(name))
            if found.tzinfo is None and zone is not None:
                found = found.replace(tzinfo=ZoneInfo(zone))
            return self._possible(name, found)
        except (ValueError, OverflowError):
            raise self.fail(name, "not a possible time", Reason.IMPOSSIBLE_TIME) from None

    def seconds(self, name: str) -> datetime:
        """A time in Unix seconds, in UTC."""
        return self._since_1970(name, 1000)

    def milliseconds(self, name: str) -> datetime:
        """A time in Unix milliseconds, in UTC."""
        return self._since_1970(name, 1)

    def node(self, name: str) -> Node | None:
        """An object; None where there is none."""
        found = self.value.get(name)
        if found is None:
            return None
        if not isinstance(found, Mapping):
            raise self.fail(name, "not an object", Reason.WRONG_TYPE)
        return Node(found, self.at(name))

    def needed(self, name: str) -> Node:
        """An object that has to be there."""
        found = self.node(name)
        if found is None:
            raise self.fail(name, "is missing", Reason.MISSING_FIELD)
        return found

    def nodes(self, name: str) -> list[Node]:
        """The objects of a list; none where there is no list."""
        found = self.value.get(name)
        if found is None:
            return []
        if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
            raise self.fail(name, "not a list of objects", Reason.WRONG_TYPE)
        return [Node(item, f"{self.at(name)}[{index}]") for index, item in enumerate(found)]

    def _found(self, name: str, default: object) -> object:
        found = self.value.get(name)
        if found is None:
            found = default
        if found is None:
            raise self.fail(name, "is missing", Reason.MISSING_FIELD)
        return found

    def _money(self, name: str, default: int | None, read: Callable[[object], _Value]) -> _Value | int:
        if default is not None and not self.has(name):
            return default
        try:
            return read(self._found(name, None))
        except money.NotMoneyError as error:
            raise self.fail(name, str(error), Reason.WRONG_TYPE) from None

    def _since_1970(self, name: str, unit: int) -> datetime:
        found = self.whole_or_text(name)
        try:
            instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=found * unit)
        except OverflowError:
            raise self.fail(name, "not a possible time", Reason.IMPOSSIBLE_TIME) from None
        return self._possible(name, instant)

    def whole_or_text(self, name: str) -> int:
        """An integer, which some systems write as a text."""
        found = self._found(name, None)
        if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) <= 18:
            found = int(found)
        if isinstance(found, bool) or not isinstance(found, int):
            raise self.fail(name, "not a whole number", Reason.WRONG_TYPE)
        return found

    def _possible(self, name: str, found: datetime) -> datetime:
        if found.tzinfo is None or not EARLIEST <= found < LATEST:
            raise self.fail(name, "not a possible time", Reason.IMPOSSIBLE_TIME)
        return found.astimezone(UTC)
