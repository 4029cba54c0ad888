"""What is raw counted anew over topics that got more partitions, more than once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import pytest

from daybook.ledger.partitioning import homes
from daybook.ledger.positions import epoch_of, version
from daybook.ledger.signals.totals import TotalName, merged
from daybook.sinks.raw_events import RawEvent, RawEvents
from daybook.sinks.raw_signals import signal_ledgers
from daybook.sinks.refolding import refolded, sales_ledgers
from tests.ledger.signals.makers import CALENDAR, START, told
from tests.sinks.world import RECORDED, calendar, sale


class Log(RawEvents):
    """A log as it was kept: by epoch how many partitions there were, and what each of them took."""

    def __init__(self, epochs: Mapping[int, int], taken: Mapping[tuple[int, int], list[bytes]]) -> None:
        self._epochs = dict(epochs)
        self._taken = taken

    def partitions_by_epoch(self) -> dict[int, int]:
        """How many partitions each epoch had."""
        return self._epochs

    def iterate(
        self, partition: int, *, start: int = 0, below: int | None = None, **_: Any
    ) -> Iterator[list[RawEvent]]:
        """What a partition took in the epoch in which the asked versions begin."""
        assert below is not None
        epoch = epoch_of(start)
        values = self._taken.get((epoch, partition), [])
        first = sum(len(self._taken.get((each, partition), [])) for each in self._epochs if each < epoch)
        yield [
            RawEvent(epoch, first + number, RECORDED + 1000 * epoch, None, value)
            for number, value in enumerate(values)
            if version(epoch, first + number) < below
        ]


ALL = dict.fromkeys(range(4), version(99, 0))


def deal(number: int, status: str, name: str) -> bytes:
    """A version of a deal."""
    fields: dict[str, Any] = {"subject_id": name, "status": status, "stage": status, "currency": "GBP"}
    fields |= {"value": 100, "created_at": START.isoformat(), "version": number, "staff_id": "kim"}
    return told("deal.changed", f"{name}-{number}", number, **fields)  # type: ignore[arg-type]  # any id does


def won(log: Log) -> int:
    """Deals won by Kim, of all days."""
    found: dict[TotalName, dict[str, int]] = merged(
        ledger.totals for ledger in refolded(log, signal_ledgers(CALENDAR), ALL)
    )
    return sum(
        measures.get("deals_won", 0) for name, measures in found.items() if name[3:] == ("staff", "kim")
    )


@pytest.mark.parametrize("place", [0, 1])
def test_a_deal_is_the_same_deal_on_whichever_partition_it_lies(place: int) -> None:
    """Won with one partition and lost with four, wherever its key is put then: the other one is left."""
    won_both = [deal(1, "won", name) for name in ("a", "b")]
    home = sorted(homes(b"a", 4, one=False))[-place]
    log = Log({1: 1, 2: 2, 3: 4}, {(1, 0): won_both, (3, home): [deal(2, "lost", "a")]})
    assert won(log) == 1


def test_a_sale_that_comes_again_after_two_growths_is_known() -> None:
    """One partition became two, and then four: a repeat counts on none of them."""
    first = orjson.dumps(sale(1))
    for home in range(4):
        log = Log({1: 1, 2: 2, 3: 4}, {(1, 0): [first], (2, 0): [orjson.dumps(sale(2))], (3, home): [first]})
        ledgers = refolded(log, sales_ledgers(calendar()), ALL)
        assert sum(ledger.position.counted for ledger in ledgers) == 2, home
