from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import orjson
import pytest

from benchmarks.expected import outcome, told, without_recognition
from benchmarks.peers.job import Job
from benchmarks.report import at_least, at_most, table
from benchmarks.stream import DAMAGED_EVERY, PARTITIONS, Sent, Shops, days, occurrences, stores_of, stream
from benchmarks.totals import digest
from daybook.ledger.calendar import Calendar
from daybook.ledger.messages import decode_totals
from daybook.ledger.state import PartitionLedger, Record

COUNT = 3_000
CALENDAR = Calendar(stores_of(Shops()).stores)


@pytest.fixture(scope="module")
def records() -> list[Sent]:
    """The stream that contenders count, shorter."""
    return stream(COUNT)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """The job as peers do it."""
    path = tmp_path / "stores.json"
    path.write_bytes(orjson.dumps(stores_of(Shops()).model_dump(mode="json")))
    return Job(path)


def counted_by(job: Job, records: list[Sent], *, recognise: bool) -> tuple[int, int, str]:
    """Repeats, invalid events and the digest of all totals, as a peer comes to them."""
    seen: set[str] = set()
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    repeats = invalid = 0
    for record in records:
        sale = job.read(record.value)
        if sale is None:
            invalid += 1
        elif recognise and sale.identity in seen:
            repeats += 1
        else:
            seen.add(sale.identity)
            for name, values in sale.postings:
                totals[name] = [a + b for a, b in zip(totals[name], values, strict=True)]
    return repeats, invalid, digest(totals)


def test_a_peer_comes_to_the_ledgers_totals(job: Job, records: list[Sent]) -> None:
    """The peers' reading of an event and the ledger's give the same totals, repeats and invalid events."""
    must = outcome(records, CALENDAR)
    assert (must.repeats, must.invalid, must.digest) == counted_by(job, records, recognise=True)
    assert must.received == COUNT == must.counted + must.repeats + must.invalid
    assert must.invalid == COUNT // DAMAGED_EVERY
    assert must.repeats > 0


def test_the_bare_loop_comes_to_totals_with_repeats(job: Job, records: list[Sent]) -> None:
    """Where repeats are not recognised, they count again in the expected totals and in the loop's alike."""
    found = counted_by(job, records, recognise=False)[2]
    assert found == without_recognition(occurrences(records), CALENDAR)
    assert found != outcome(records, CALENDAR).digest


def test_what_a_worker_tells_is_read_as_the_ledgers_totals(records: list[Sent]) -> None:
    """The newest states on the totals topic give the same outcome as the ledgers that wrote them."""
    states: dict[tuple[int, bytes], bytes] = {}
    for partition in range(PARTITIONS):
        ledger = PartitionLedger(partition, 1, CALENDAR)
        values = [record.value for record in records if record.partition == partition]
        for start in range(0, len(values), 500):
            batch = values[start : start + 500]
            ledger.fold([Record(start + i, 1_764_356_400_000, value) for i, value in enumerate(batch)])
            states.update({(partition, key): value for key, value in ledger.take_checkpoint().totals})
    assert told(map(decode_totals, states.values())) == outcome(records, CALENDAR)


def test_one_lost_sale_changes_the_digest(records: list[Sent]) -> None:
    """The comparison fails where a contender lacks a single event."""
    first = next(record for record in records if record.value.endswith(b"}"))
    assert (
        outcome([r for r in records if r.value != first.value], CALENDAR).digest
        != outcome(records, CALENDAR).digest
    )


def test_days_spread_the_same_sales_over_dates(records: list[Sent]) -> None:
    """A stream over several days has the same sales, each day as many, the last day last."""
    spread = days(records, 10)
    assert [r.key for r in spread] == [r.key for r in records]
    assert len({r.value[r.value.index(b'"time":"') :][8:18] for r in spread}) == 10
    assert outcome(spread, CALENDAR).counted == outcome(records, CALENDAR).counted


def test_a_row_says_whether_it_is_reached() -> None:
    """The verdict goes by the median, and the table shows it."""
    assert at_least("a", [1, 3, 5], 3).reached
    assert not at_least("a", [1, 2.9, 5], 3).reached
    assert at_most("a", [1.0, 1.2, 9.0], 1.2).reached
    assert "NOT REACHED" in table([at_most("a", [2], 1)])
