"""Sending a file's events: in batches, resumable, with the refused ones set aside."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import orjson
import pytest

from daybook.producers.client import EventLike, PublishResult
from daybook.producers.files import events_in_file, unpacked
from daybook.producers.records import KafkaUnavailable
from daybook.producers.resume import Resume, digest_of
from daybook.producers.sending import BATCH, Sent, send_events
from daybook.schemas.codec import EventRefused, decode_event
from tests.support.sales import sale


class Till:
    """Takes events until it is told to be away."""

    def __init__(self, batches: int = 99) -> None:
        self.taken: list[str] = []
        self.batches = batches
        self.largest = 0

    async def publish_many(self, events: list[EventLike]) -> list[PublishResult]:
        """As the client does it."""
        if not self.batches:
            raise KafkaUnavailable("away")
        self.batches -= 1
        self.largest = max(self.largest, len(events))
        results = []
        for position, event in enumerate(events):
            assert isinstance(event, bytes)
            try:
                self.taken.append(decode_event(event).event_id)
                results.append(PublishResult(position))
            except EventRefused as refused:
                results.append(PublishResult(position, tuple(refused.problems)))
        return results


def sales(count: int) -> list[bytes]:
    """Sales with numbers of their own."""
    return [orjson.dumps(sale(number)) for number in range(count)]


async def send(till: Till, events: list[bytes], resume: Resume) -> Sent:
    """As a command does it."""
    return await send_events(till, events, skip=resume.done, acknowledged=resume.note)


async def test_a_run_that_was_cut_off_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Kafka goes after two batches; the next run sends the rest, and between them each event went once."""
    events = sales(3 * BATCH + 7)
    first, second = Till(batches=2), Till()
    with pytest.raises(KafkaUnavailable):
        await send(first, events, Resume(tmp_path / "state", "a" * 64))
    sent = await send(second, events, Resume(tmp_path / "state", "a" * 64))
    assert (sent.skipped, sent.published) == (2 * BATCH, BATCH + 7)
    assert first.taken + second.taken == [f"event-{number}" for number in range(len(events))]
    assert first.largest == BATCH


def test_what_is_kept_belongs_to_one_content(tmp_path: Path) -> None:
    """Another file, or the same one read in another way, begins anew; a damaged note counts as none."""
    path = tmp_path / "sales.ndjson"
    path.write_bytes(b"one")
    digest = digest_of(path, "publish")
    assert digest != digest_of(path, "import")
    resume = Resume(tmp_path / "state", digest)
    resume.note(500)
    assert Resume(tmp_path / "state", digest).done == 500
    path.write_bytes(b"two")
    assert Resume(tmp_path / "state", digest_of(path, "publish")).done == 0
    (kept,) = (tmp_path / "state").iterdir()
    kept.write_bytes(b"{")
    assert Resume(tmp_path / "state", digest).done == 0
    resume.finish()
    assert list((tmp_path / "state").iterdir()) == []


async def test_a_state_folder_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    """A file stands where the folder should be: all events go, only resuming is lost."""
    (tmp_path / "state").write_bytes(b"")
    till = Till()
    sent = await send(till, sales(3), Resume(tmp_path / "state", "a" * 64))
    assert (sent.published, len(till.taken)) == (3, 3)


async def test_a_refused_event_is_set_aside_without_personal_data() -> None:
    """Its place, its reasons and its text without the card number; the good ones around it are sent."""
    bad = sale(1, campaign="4111 1111 1111 1111")
    aside: list[bytes] = []
    events = [orjson.dumps(sale(0)), orjson.dumps(bad), orjson.dumps(sale(2))]
    sent = await send_events(Till(), events, reject=aside.append)
    assert (sent.published, [refused.position for refused in sent.refused]) == (2, [1])
    (line,) = aside
    assert orjson.loads(line)["problems"][0]["code"] == "personal_data_card"
    assert orjson.loads(line)["redacted"]
    assert b"4111" not in line


def test_gzip_is_known_by_its_bytes() -> None:
    """A zipped file gives the same events under any name; a plain one stays as it is."""
    plain = b"\n".join(sales(2))
    for data in (plain, gzip.compress(plain)):
        file = io.BufferedReader(io.BytesIO(data))
        assert list(events_in_file(unpacked(file), lines=True)) == sales(2)
