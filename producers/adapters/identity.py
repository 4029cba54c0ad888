"""Identities, versions and texts of foreign things, made fit for events; the same input gives the same."""

from __future__ import annotations

import hashlib
import html
import re
from datetime import datetime
from typing import Final

from daybook.schemas.guard import find_personal_data, redact

_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/#~+-]{0,127}")
_UNFIT: Final = re.compile(r"[^A-Za-z0-9._:/#+-]")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
_MAX_IDENTIFIER: Final = 128
_MAX_TEXT: Final = 200
MAX_TIE: Final = 999_999


def snapshot_version(updated_at: datetime, tie: int = 0) -> int:
    """The version of an order's state: microseconds since 1970 of its last change.

    Systems that tell whole seconds can change an order twice in one. ``tie`` (0 to 999,999) takes the place
    of the missing fraction: it must depend on the state alone, so that the same of two states always wins.
    """
    whole = int(updated_at.timestamp()) * 1_000_000
    return whole + (updated_at.microsecond or max(0, min(tie, MAX_TIE)))


def content_tie(rank: int, content: bytes) -> int:
    """A tie-break for ``snapshot_version``: the higher rank (0 to 999) wins, then an arbitrary fixed one."""
    return max(0, min(rank, 999)) * 1000 + int.from_bytes(hashlib.sha256(content).digest()[:8]) % 1000


def snapshot_id(order_id: str, version: int) -> str:
    """The event_id of an order's state: a repeat of the same state has the same."""
    return identifier(f"order-{order_id}-v{version}")


def identifier(value: str) -> str:
    """A foreign id, SKU or number as an identifier; empty where there is nothing of it.

    What an identifier may not hold is written as ``~`` and its bytes in hex, so that different SKUs stay
    different; one that is too long ends in a hash.
    """
    value = value.strip()
    if not value or _IDENTIFIER.fullmatch(value):
        return value
    fit = _UNFIT.sub(lambda found: _hex(found.group()), value)
    if not fit[0].isalnum():
        fit = "x" + fit
    if len(fit) > _MAX_IDENTIFIER:
        fit = fit[:95] + "~" + hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return fit


def free_text(value: str) -> str | None:
    """A foreign name without markup entities, control characters and personal data, cut to 200 characters.

    None where nothing is left.
    """
    text = redact(_CONTROL.sub(" ", html.unescape(value)))[:_MAX_TEXT]
    # The cut may have made a card number of a longer run of digits.
    text = redact(text)[:_MAX_TEXT].strip()
    return None if not text or find_personal_data(text) else text


def _hex(character: str) -> str:
    return "~" + character.encode("utf-8", "surrogatepass").hex()
