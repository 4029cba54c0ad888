"""Texts as small numbers, so that columns of them can be compared and grouped; each text is judged once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

REFUSED: Final = -1
"""Code of a text that its field does not take."""
ABSENT: Final = 0
"""Code of a field that was left out."""
_KEPT: Final = 65_536


class Codes(dict[str | None, int]):
    """Codes of one field's texts, given as they come. ``texts`` leads back from a code to its text.

    Args:
        kind: the field's type in the schemas, which judges a text when it is first seen.
    """

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self._judge: TypeAdapter[str] = TypeAdapter(kind)
        self.texts: list[str]
        self._begin()

    def _begin(self) -> None:
        self.clear()
        self.texts = [""]  # a new list: columns read before keep theirs
        self[None] = ABSENT

    def __missing__(self, text: str | None) -> int:
        try:
            self._judge.validate_python(text, strict=True)
        except ValidationError:
            code = REFUSED
        else:
            assert text is not None
            code = len(self.texts)
            self.texts.append(text)
        self[text] = code
        return code

    def of(self, column: Sequence[str | None]) -> Ints:
        """The codes of a column of texts."""
        return np.fromiter(map(self.__getitem__, column), np.int64, len(column))

    def shed(self) -> None:
        """Begin anew if too many texts have come together. Codes given before lose their meaning."""
        if len(self) > _KEPT:
            self._begin()


class Pattern:
    """Judges columns of texts that seldom come twice, by a pattern that takes no line break."""

    def __init__(self, pattern: str) -> None:
        self._one = re.compile(pattern)
        self._all = re.compile(f"{pattern}(?:\n{pattern})*")

    def matches(self, column: Sequence[str]) -> Flags:
        """Which texts match as a whole."""
        joined = "\n".join(column)
        if not column:
            return np.zeros(0, np.bool_)
        if self._all.fullmatch(joined) and joined.count("\n") == len(column) - 1:
            return np.ones(len(column), np.bool_)
        return np.fromiter((self._one.fullmatch(text) is not None for text in column), np.bool_, len(column))
