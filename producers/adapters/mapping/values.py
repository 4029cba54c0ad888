"""Finding a mapped value in a foreign record, and reading it as what our field needs."""

from __future__ import annotations

import re
from collections.abc import Mapping as AnyMapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from daybook.producers.adapters import money
from daybook.producers.adapters.contract import Untranslatable
from daybook.producers.adapters.identity import free_text, identifier
from daybook.producers.adapters.mapping.document import Constant, Form, TimeForm, Value
from daybook.producers.adapters.reading import Node
from daybook.schemas.codec import Reason

_TRUE: Final = frozenset({"true", "yes", "y", "1"})
_FALSE: Final = frozenset({"false", "no", "n", "0", ""})
_GROUPED: Final = re.compile(r"-?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?|-?[0-9]+(,[0-9]+)?")

Record = AnyMapping[str, Any]


def find(record: Record, path: str) -> Any:
    """What stands at a path; None where nothing does. A column's name may hold dots itself."""
    if path in record:
        return record[path]
    found: Any = record
    for name in path.split("."):
        if isinstance(found, AnyMapping):
            found = found.get(name)
        elif isinstance(found, list) and name.isdigit() and int(name) < len(found):
            found = found[int(name)]
        else:
            return None
    return found


class Reader:
    """Reads one record's values by a mapping. Every reader raises ``Untranslatable`` with the field's path.

    Args:
        record: a foreign order, or one of its lines.
        mapping: how amounts and times are written.
        zone: of times that carry no offset.
        path: where the record stands in its document.
    """

    def __init__(self, record: Record, mapping: Form, zone: str, path: str = "") -> None:
        self.record = record
        self._mapping = mapping
        self._zone = mapping.zone or zone
        self._path = path

    def raw(self, value: Value | None) -> Any:
        """The value as it stands, by table and default; None where there is nothing."""
        if value is None:
            return None
        if value.const is not None:
            return value.const
        assert value.field is not None
        found = find(self.record, value.field)
        if found is None or found == "":
            return value.default
        if value.table is None:
            return found
        return self._looked_up(value.field, value.table, found)

    def text(self, value: Value | None) -> str | None:
        """A code of ours, such as a channel."""
        found = self.raw(value)
        return None if found is None else str(found)

    def name(self, value: Value | None) -> str | None:
        """A text for people, cleaned of personal data."""
        found = self.raw(value)
        return None if found is None else free_text(str(found))

    def identity(self, value: Value | None) -> str | None:
        """A foreign id as an identifier."""
        found = self.raw(value)
        if isinstance(found, bool | float | dict | list):
            raise self._fail(value, "not an id", Reason.WRONG_TYPE)
        return None if found is None else identifier(str(found)) or None

    def flag(self, value: Value | None) -> bool | None:
        """A truth value, also as a text: true, yes, y, 1 and their opposites."""
        found = self.raw(value)
        if found is None or isinstance(found, bool):
            return found
        text = str(found).strip().lower()
        if text not in _TRUE | _FALSE:
            raise self._fail(value, "not true or false", Reason.WRONG_TYPE)
        return text in _TRUE

    def moment(self, value: Value | None) -> datetime | None:
        """A time with its offset."""
        found = self.raw(value)
        if found is None:
            return None
        assert value is not None
        form, node = self._mapping.time, Node({"": found})
        try:
            if form == TimeForm.SECONDS:
                return node.seconds("")
            if form == TimeForm.MILLISECONDS:
                return node.milliseconds("")
            if form == TimeForm.ISO:
                return node.moment("", self._zone)
            parsed = datetime.strptime(str(found), form)  # noqa: DTZ007 - the zone comes next
            return parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo(self._zone))
        except (Untranslatable, ValueError):
            raise self._fail(value, "not a possible time in that form", Reason.BAD_FORMAT) from None

    def day(self, value: Value | None) -> date | None:
        """A date, YYYY-MM-DD."""
        found = self.raw(value)
        try:
            return None if found is None else date.fromisoformat(str(found))
        except ValueError:
            raise self._fail(value, "not a date, YYYY-MM-DD", Reason.BAD_FORMAT) from None

    def amount(self, value: Value | None, currency: str) -> int | None:
        """Minor units."""
        number = self._number(value)
        if number is None:
            return None
        try:
            if self._mapping.money == "minor":
                return money.whole(int(number) if number == number.to_integral_value() else number)
            return money.minor(number, currency)
        except money.NotMoneyError as error:
            raise self._fail(value, str(error), Reason.WRONG_TYPE) from None

    def unit_price(self, value: Value | None, currency: str) -> int | str | None:
        """Minor units per unit, perhaps finer than one."""
        number = self._number(value)
        if number is None:
            return None
        try:
            if self._mapping.money == "minor":
                return money.decimal_text(number)
            return money.unit_price(number, currency)
        except money.NotMoneyError as error:
            raise self._fail(value, str(error), Reason.WRONG_TYPE) from None

    def quantity(self, value: Value | None) -> int | str | None:
        """How many, perhaps a fraction."""
        number = self._number(value)
        try:
            return None if number is None else money.decimal_text(number)
        except money.NotMoneyError as error:
            raise self._fail(value, str(error), Reason.WRONG_TYPE) from None

    def _number(self, value: Value | None) -> Decimal | None:
        found = self.raw(value)
        if found is None:
            return None
        if isinstance(found, str):
            found = found.strip()
            if self._mapping.decimal_comma:
                if not _GROUPED.fullmatch(found):
                    raise self._fail(value, "not an amount", Reason.WRONG_TYPE)
                found = found.replace(".", "").replace(",", ".")
        try:
            number = money.major(found)
        except money.NotMoneyError as error:
            raise self._fail(value, str(error), Reason.WRONG_TYPE) from None
        return abs(number) if self._mapping.absolute else number

    def _looked_up(self, field: str, table: dict[str, Constant], found: Any) -> Constant:
        meaning = table.get(str(found).lower() if isinstance(found, bool) else str(found))
        if meaning is None:
            raise Untranslatable.because(self._at(field), "holds what the mapping's table does not")
        return meaning

    def fail(self, name: str, detail: str, reason: Reason = Reason.UNTRANSLATED) -> Untranslatable:
        """The error for a field of ours, to be raised."""
        return Untranslatable.because(self._at(name), detail, reason)

    def _fail(self, value: Value | None, detail: str, reason: Reason) -> Untranslatable:
        return self.fail((value.field if value else None) or "const", detail, reason)

    def _at(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name
