"""The personal-data guard: no payment card number and no email address in free text.

A card number is a run of 15 to 19 digits that begins with a card issuer's prefix, has that issuer's length
and passes the Luhn check (ISO/IEC 7812-1). Single spaces or hyphens inside are looked through, and a number
that merely stands beside it does not hide it, as in "2 4111 1111 1111 1111".
Identifiers (ids, SKU, EAN) are limited by pattern instead: they may well pass Luhn by chance.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import Final

REDACTED: Final = "[redacted]"

# Issuer identification ranges as published by the schemes: prefix pattern and permitted lengths.
_ISSUERS: Final = tuple(
    (re.compile(prefix), lengths)
    for prefix, lengths in (
        (r"4", {16, 18, 19}),  # Visa
        (r"5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)", {16}),  # Mastercard
        (r"3[47]", {15}),  # American Express
        (r"6(?:011|4[4-9]|5)", {16, 17, 18, 19}),  # Discover
        (r"62|81", {16, 17, 18, 19}),  # UnionPay
        (r"35(?:2[89]|[3-8])", {16, 17, 18, 19}),  # JCB
        (r"3(?:0[0-5]|[689])", {16, 17, 18, 19}),  # Diners Club, the long form
        (r"50|5[6-9]|6[0-9]", {15, 16, 17, 18, 19}),  # Maestro and co-branded debit
        (r"220[0-4]", {16, 17, 18, 19}),  # Mir
        (r"9792", {16}),  # Troy
        (r"1", {15}),  # UATP
    )
)
_MIN_DIGITS: Final = 15
_MAX_DIGITS: Final = 19
_DIGIT_RUN: Final = re.compile(r"\d(?:[ -]?\d)*")
_DIGITS: Final = re.compile(r"\d+")
# Tried only where a local part can begin: from every character on, a long text would take quadratic time.
_ATOM: Final = r"[^\s@<>,;:\"()\[\]]"
_EMAIL: Final = re.compile(rf"(?<!{_ATOM}){_ATOM}+@{_ATOM}+\.(?:(?!\.){_ATOM}){{2,}}")


class PersonalData(StrEnum):
    """What the guard found."""

    CARD = "personal_data_card"
    EMAIL = "personal_data_email"


def luhn(digits: str) -> bool:
    """Whether a string of ASCII digits passes the Luhn check (ISO/IEC 7812-1, annex B)."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = ord(digit) - 48
        if position % 2:
            value *= 2
            if value > 9:  # two digits: their sum is the value less nine
                value -= 9
        total += value
    return total % 10 == 0


def is_card_number(digits: str) -> bool:
    """Whether a run of ASCII digits has a card issuer's prefix and length and passes Luhn."""
    return len(digits) in _card_lengths(digits[:4]) and luhn(digits)


@lru_cache(maxsize=10_000)
def _card_lengths(prefix: str) -> frozenset[int]:
    """Lengths of the card numbers that begin with these four digits."""
    return frozenset().union(*(lengths for issuer, lengths in _ISSUERS if issuer.match(prefix)))


def _folded(text: str) -> str:
    # Full-width digits and signs read as digits to a person, so they must to the guard.
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _card_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every card number in a folded text."""
    for run in _DIGIT_RUN.finditer(text):
        if run.end() - run.start() < _MIN_DIGITS:
            continue
        groups = list(_DIGITS.finditer(text, run.start(), run.end()))
        index = 0
        while index < len(groups):
            last = _last_group_of_card(groups, index)
            if last is not None:
                yield groups[index].start(), groups[last].end()
                index = last
            index += 1


def _last_group_of_card(groups: list[re.Match[str]], first: int) -> int | None:
    digits = ""
    for index in range(first, len(groups)):
        digits += groups[index].group()
        if len(digits) > _MAX_DIGITS:
            return None
        if len(digits) >= _MIN_DIGITS and is_card_number(_ascii(digits)):
            return index
    return None


def _ascii(digits: str) -> str:
    return digits if digits.isascii() else "".join(str(unicodedata.digit(c)) for c in digits)


def find_personal_data(text: str) -> PersonalData | None:
    """What personal data a free text holds, card numbers before email addresses; None if none."""
    folded = _folded(text)
    if next(_card_spans(folded), None) is not None:
        return PersonalData.CARD
    if "@" in folded and _EMAIL.search(folded):
        return PersonalData.EMAIL
    return None


def redact(text: str) -> str:
    """The text with every card number and email address replaced; the same object if there is none."""
    folded = _folded(text)
    parts, done = [], 0
    for start, end in _card_spans(folded):
        parts += [folded[done:start], REDACTED]
        done = end
    out = "".join([*parts, folded[done:]])
    if "@" in out:
        out = _EMAIL.sub(REDACTED, out)
    return text if out == folded else out
