"""When to try again."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Retry:
    """Waits that double up to a limit, each cut by chance to no less than half.

    The chance keeps a thousand tills from coming back at the same moment.
    """

    first_seconds: float = 0.5
    most_seconds: float = 30.0

    def seconds(self, failures: int, asked: float | None) -> float:
        """The wait after so many failures in a row; never less than what the far side asked for."""
        full = min(self.most_seconds, self.first_seconds * 2.0 ** min(failures - 1, 30))
        chance = random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        return max(full * chance, (asked or 0.0) * (1.5 - chance / 2))
