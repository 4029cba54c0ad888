"""Names of the topics. All have the same number of partitions; none is ever created by chance."""

from __future__ import annotations

from typing import Final

EVENTS: Final = "sales.events"
TOTALS: Final = "sales.totals"
OUTCOMES: Final = "sales.outcomes"
DEAD_LETTERS: Final = "sales.dead-letters"
SIGNALS: Final = "sales.signals"
SIGNAL_TOTALS: Final = "sales.signal-totals"
SIGNAL_OUTCOMES: Final = "sales.signal-outcomes"
ALL: Final = (EVENTS, TOTALS, OUTCOMES, DEAD_LETTERS)

RECEIVED_AT_HEADER: Final = "daybook-received-at"
"""Record header in which the gateway notes when it received an event, ISO 8601 in UTC."""
