"""Like days of signals before the simulated shops begin: what is unusual shows only beside what is usual."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import orjson

from daybook.producers.records import OutgoingRecord
from daybook.producers.simulator.shops import SHOPS
from daybook.producers.simulator.signals.quarters import quarter_signals
from daybook.producers.simulator.signals.writing import QUARTER

_AHEAD: Final = timedelta(hours=2)
"""Told beyond the present time of day, for those who watch for a while."""
_DAY: Final = timedelta(days=1)


def signals_of_like_day(seed: int, now: datetime, back: int, rate: float) -> Iterator[OutgoingRecord]:
    """Signals of the business dates that each shop is at, so many weeks ago, up to the same time of day.

    Each is told once and in order, without what comes late or twice: the past is long told.

    Args:
        seed: as for the stream of signals.
        now: an aware instant.
        back: weeks.
        rate: how busy the shops are.
    """
    like = now.astimezone(UTC) - timedelta(weeks=back)
    began = (like - _DAY).replace(minute=0, second=0, microsecond=0)
    dates = {shop.store_id: shop.business_date(like) for shop in SHOPS}
    while began < like + _AHEAD:
        for shop in SHOPS:
            if shop.business_date(began) == dates[shop.store_id]:
                for _, signal in quarter_signals(seed, shop, began, rate=rate):
                    yield OutgoingRecord(str(signal["subject_id"]).encode(), orjson.dumps(signal))
        began += QUARTER
