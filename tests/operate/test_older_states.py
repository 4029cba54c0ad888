"""A state that an older version has written: it is taken over, and counting goes on in it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from daybook.ledger.calendar import Calendar
from daybook.ledger.state import PartitionLedger, Record
from daybook.schemas.stores import DayRule, StoreEntry
from daybook.worker import restorer

GOLDEN: dict[str, Any] = json.loads(Path(__file__).with_name("state-1.json").read_text("utf-8"))
CALENDAR = Calendar(
    [
        StoreEntry(store_id=name, region="north", days=[DayRule(zone="UTC")])
        for name in ("leeds", "lyon", "osaka")
    ]
)


def test_counting_goes_on_in_a_state_of_before() -> None:
    """Records that version 0.1.0 has written restore, and with what followed give the totals that it gave.

    Among what follows are repeats, refunds and newer states of orders from before the upgrade.
    """
    raw = {base64.b64decode(key): base64.b64decode(value) for key, value in GOLDEN["changelog"]}
    ledger = restorer(5, CALENDAR, PartitionLedger)(0, raw)
    first = ledger.next_offset
    ledger.fold(
        [
            Record(offset, GOLDEN["now"] + offset, base64.b64decode(value))
            for offset, value in enumerate(GOLDEN["then"], first)
        ]
    )
    told = {tuple(name): vector for name, vector in GOLDEN["totals"] if any(vector)}
    assert {name: vector for name, vector in ledger.totals.items() if any(vector)} == told
    assert list(ledger.position[2:8]) == GOLDEN["position"]
    assert ledger.position.duplicates > 0


def test_what_it_writes_now_is_read_again() -> None:
    """A checkpoint over a state of before, restored, is the same state."""
    raw = {base64.b64decode(key): base64.b64decode(value) for key, value in GOLDEN["changelog"]}
    ledger = restorer(5, CALENDAR, PartitionLedger)(0, dict(raw))
    ledger.totals.mark_all()
    written = raw | {key: value for key, value in ledger.take_checkpoint().changelog if value is not None}
    again = restorer(5, CALENDAR, PartitionLedger)(0, written)
    assert dict(again.totals.items()) == dict(ledger.totals.items())
    assert again.position == ledger.position
