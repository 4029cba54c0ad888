"""Foreign JSON, read without losing a digit and without trusting its size."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NoReturn

MAX_DEPTH: Final = 64
_MAX_INTEGER_DIGITS: Final = 40
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKETS: Final = re.compile(rb"[\[\]{}]")


class UnreadableError(ValueError):
    """A body that is not the JSON that its system sends; the message repeats none of it."""


def read_json(body: bytes) -> Mapping[str, Any]:
    """The JSON object in a body.

    Raises:
        UnreadableError: it is no JSON in UTF-8, no object, or nested deeper than 64 levels.
    """
    document = read_any_json(body)
    if not isinstance(document, dict):
        raise UnreadableError("The body is not a JSON object.")
    return document


def read_any_json(body: bytes) -> Any:
    """The JSON document in a body: fractions as exact decimals, integers of any length as integers.

    Raises:
        UnreadableError: it is no JSON in UTF-8, or nested deeper than 64 levels.
    """
    if _depth(body) > MAX_DEPTH:
        raise UnreadableError(f"The body is nested deeper than {MAX_DEPTH} levels.")
    try:
        return json.loads(
            body.decode("utf-8"), parse_float=Decimal, parse_int=_integer, parse_constant=_refuse
        )
    except (ValueError, ArithmeticError) as error:
        raise UnreadableError("The body is not a JSON document in UTF-8.") from error


def _depth(body: bytes) -> int:
    deepest = depth = 0
    for bracket in _BRACKETS.finditer(_STRING.sub(b"", body)):
        depth += 1 if bracket.group() in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _integer(digits: str) -> int:
    if len(digits) > _MAX_INTEGER_DIGITS:
        raise ValueError("an integer of more digits than anything has")
    return int(digits)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
