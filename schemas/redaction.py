"""Making the original bytes of an event safe to store: no card number and no email address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import orjson

from daybook.schemas.guard import PersonalData, find_personal_data, redact

_IDENTIFIERS: Final = frozenset(
    {"source", "event_id", "order_id", "store_id", "till_id", "staff_id", "product_id", "customer"}
)
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/#~+-]{0,127}")


def redact_event(data: bytes) -> tuple[bytes, bool]:
    """The bytes with personal data replaced, and whether there was any.

    Well-formed identifiers stay as they are: they may pass the Luhn check by chance. Bytes that are no JSON,
    or nested too deep to walk, are scanned as text, whole.
    """
    try:
        safe, changed = _redacted(orjson.loads(data))
        return (orjson.dumps(safe), True) if changed else (data, False)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError, RecursionError):
        text = data.decode("utf-8", "surrogateescape")
        cleaned = redact(text)
        return (data, False) if cleaned is text else (cleaned.encode("utf-8", "surrogateescape"), True)


def _redacted(value: Any, field: str = "") -> tuple[Any, bool]:
    if isinstance(value, str):
        if field in _IDENTIFIERS and _IDENTIFIER.fullmatch(value):
            return value, False
        cleaned = redact(value)
        return cleaned, cleaned is not value
    if isinstance(value, int | float) and not isinstance(value, bool):
        cleaned = redact(text := str(value))
        return (cleaned, True) if cleaned is not text else (value, False)
    if isinstance(value, list):
        items = [_redacted(item) for item in value]
        return [item for item, _ in items], any(changed for _, changed in items)
    if isinstance(value, dict):
        keys = {key: redact(key) for key in value}
        pairs = {key: _redacted(item, key) for key, item in value.items()}
        changed = any(flag for _, flag in pairs.values()) or any(old is not new for old, new in keys.items())
        return {keys[key]: item for key, (item, _) in pairs.items()}, changed
    return value, False


def personal_data_in(value: Any) -> PersonalData | None:
    """What is in the free texts of a parsed event, names of fields included; cards go first."""
    found = {find_personal_data(text) for text in _free_texts(value)} - {None}
    return PersonalData.CARD if PersonalData.CARD in found else next(iter(found), None)


def _free_texts(value: Any, field: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for key, item in value.items():
            yield from _free_texts(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from _free_texts(item)
    elif isinstance(value, str):
        if not (field in _IDENTIFIERS and _IDENTIFIER.fullmatch(value)):
            yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
