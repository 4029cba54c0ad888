"""Columns of times as they are written in events, as microseconds since 1970."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from daybook.ledger.columns.codes import Flags, Ints
from daybook.schemas.fields import EARLIEST, LATEST

UNREAD: Final = -1
"""Stands for a time that is not valid, or not written in the usual way."""

_SECONDS_END: Final = len("2026-11-24T12:00:00")
_SHORTEST: Final = _SECONDS_END + len("Z")
_LONGEST: Final = _SECONDS_END + len(".123456+00:00")
_SIGNS: Final = ((4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"))
_DAYS: Final = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.int64)
_BEFORE: Final = np.concatenate(([0], np.cumsum(_DAYS)[:-1]))
_DAYS_TO_1970: Final = 719_162
_1970: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST: Final = (EARLIEST - _1970) // timedelta(microseconds=1)
_END: Final = (LATEST - _1970) // timedelta(microseconds=1)


def microseconds(texts: Sequence[str]) -> Ints:
    """Each ``YYYY-MM-DDTHH:MM:SS[.f][Z|+HH:MM]`` between 1990 and 2099, or ``UNREAD``.

    A fraction has one to six digits. Other ways of writing a time are left to pydantic.
    """
    count = len(texts)
    lengths = np.fromiter(map(len, texts), np.int64, count)
    valid = (lengths >= _SHORTEST) & (lengths <= _LONGEST)
    if not valid.all():
        # One long text would make the table of all wide.
        texts = [text if fits else "" for text, fits in zip(texts, valid.tolist(), strict=True)]
        lengths = np.where(valid, lengths, _LONGEST)
    rows = np.array(texts, dtype=f"U{_LONGEST}").view(np.uint32).reshape(count, _LONGEST)
    return _Times(np.ascontiguousarray(rows.T, np.int64), lengths, valid).microseconds()


class _Times:
    """The characters of a column of times, place by place, and which rows are valid so far."""

    def __init__(self, places: Ints, lengths: Ints, valid: Flags) -> None:
        self._places = places
        self._digits = places - ord("0")
        self._lengths = lengths
        self._valid = valid

    def microseconds(self) -> Ints:
        for place, sign in _SIGNS:
            self._need(self._places[place] == ord(sign))
        days = self._days(self._number(0, 4), self._number(5, 2), self._number(8, 2))
        hour, minute, second = self._number(11, 2), self._number(14, 2), self._number(17, 2)
        self._need((hour < 24) & (minute < 60) & (second < 60))
        last = self._places[self._lengths - 1, np.arange(len(self._lengths))]
        utc = last == ord("Z")
        seconds = ((days * 24 + hour) * 60 + minute) * 60 + second - self._offset(utc)
        micros = seconds * 1_000_000 + self._fraction(utc)
        self._need((micros >= _FIRST) & (micros < _END))
        return np.where(self._valid, micros, UNREAD)

    def _need(self, condition: Flags) -> None:
        self._valid = self._valid & condition

    def _number(self, first: int, count: int) -> Ints:
        value = np.zeros_like(self._lengths)
        for digit in self._digits[first : first + count]:
            self._need((digit >= 0) & (digit <= 9))
            value = value * 10 + digit
        return value

    def _days(self, year: Ints, month: Ints, day: Ints) -> Ints:
        """Days since 1970 of dates in the Gregorian calendar."""
        self._need((month >= 1) & (month <= 12))
        month = np.where(self._valid, month, 1)
        leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
        self._need((day >= 1) & (day <= _DAYS[month] + (leap & (month == 2))))
        past = year - 1
        years = past * 365 + past // 4 - past // 100 + past // 400
        days: Ints = years + _BEFORE[month] + (leap & (month > 2)) + day - 1
        return days - _DAYS_TO_1970

    def _offset(self, utc: Flags) -> Ints:
        """Seconds of ``+HH:MM`` at the end, 0 after a ``Z``."""
        if utc.all():
            return np.zeros_like(self._lengths)
        rows = np.arange(len(self._lengths))
        sign, h1, h2, colon, m1, m2 = (self._places[self._lengths - back, rows] for back in range(6, 0, -1))
        digits = [character - ord("0") for character in (h1, h2, m1, m2)]
        fine = (colon == ord(":")) & ((sign == ord("+")) | (sign == ord("-")))
        for digit in digits:
            fine = fine & (digit >= 0) & (digit <= 9)
        hours, minutes = digits[0] * 10 + digits[1], digits[2] * 10 + digits[3]
        self._need(utc | (fine & (hours < 24) & (minutes < 60)))
        return np.where(utc, 0, (hours * 3600 + minutes * 60) * np.where(sign == ord("-"), -1, 1))

    def _fraction(self, utc: Flags) -> Ints:
        """Microseconds of a ``.f`` behind the seconds, 0 where there is none."""
        length = self._lengths - _SECONDS_END - np.where(utc, 1, 6)
        self._need((length == 0) | ((length >= 2) & (length <= 7) & (self._places[_SECONDS_END] == ord("."))))
        value = np.zeros_like(length)
        for place in range(6):
            digit = self._digits[_SECONDS_END + 1 + place]
            there = place + 1 < length
            self._need(~there | ((digit >= 0) & (digit <= 9)))
            value = value * 10 + np.where(there, digit, 0)
        return value
