"""A spool after power cuts, with damaged or foreign files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybook.producers.spool import Spool, look
from daybook.producers.spool.frames import Frame, Gap, pack, scan
from tests.producers.spool.keeping import (
    deliver,
    packed,
    record,
    records,
    reopened,
    segments,
    waiting,
)


def filled(folder: Path, *numbers: int) -> Path:
    """A closed spool with these records in one segment; the segment."""
    spool = Spool(folder)
    for number in numbers:
        spool.append([record(number)])
    spool.close()
    (segment,) = segments(folder)
    return segment


frame_bytes = st.builds(
    pack,
    st.integers(0, 2**62),
    st.integers(0, 2**50),
    st.binary(max_size=9),
    st.binary(max_size=30),
)


@given(st.binary(max_size=300) | st.lists(frame_bytes | st.binary(max_size=40), max_size=8).map(b"".join))
def test_a_scan_leaves_no_byte_out(data: bytes) -> None:
    """Whatever a file holds, frames and gaps cover it from end to end, and sequences rise."""
    items = list(scan(data))
    assert [item.start for item in items] == [0, *(item.end for item in items)][: len(items)]
    assert (items[-1].end if items else 0) == len(data)
    sequences = [item.sequence for item in items if isinstance(item, Frame)]
    assert sequences == sorted(set(sequences))
    assert not any(isinstance(item, Gap) and item.torn for item in items[:-1])


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_power_cut_at_any_byte_loses_nothing_that_was_kept(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Appends and deliveries, then a cut inside an unfinished append: all kept records are there, in order.

    Of the unfinished one the records that were written whole may be there too, and nothing else ever.
    """
    folder = tmp_path_factory.mktemp("cut") / "spool"
    spool = Spool(folder, segment_bytes=data.draw(st.sampled_from([1, 200, 100_000])))
    kept: list[int] = []
    number = 0
    for _ in range(data.draw(st.integers(1, 6))):
        count = data.draw(st.integers(1, 4))
        spool.append(records(*range(number, number + count)))
        kept += range(number, number + count)
        number += count
        done = data.draw(st.integers(0, len(kept)))
        if done:
            deliver(spool, done)
            kept = kept[done:]
    under_way = [packed(spool._next + i, number + i) for i in range(3)]
    spool.close()
    whole = b"".join(under_way)
    cut = data.draw(st.integers(0, len(whole)))
    path = segments(folder)[-1] if segments(folder) else folder / f"{spool._next:020}.seg"
    with path.open("ab") as file:
        file.write(whole[:cut] + b"\x00" * data.draw(st.sampled_from([0, 3, 5000])))
    ends = [sum(map(len, under_way[: i + 1])) for i in range(3)]
    expected = records(*kept, *(number + i for i, end in enumerate(ends) if end <= cut))
    found = reopened(folder)
    assert found[: len(kept)] == records(*kept)
    assert found == expected
    assert reopened(folder) == expected


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_file_cut_anywhere_gives_its_first_records(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A disk that lied about its sync costs the end of the file, and invents nothing."""
    folder = tmp_path_factory.mktemp("lied") / "spool"
    path = filled(folder, *range(6))
    size = data.draw(st.integers(0, path.stat().st_size))
    os.truncate(path, size)
    found = reopened(folder)
    assert found == records(*range(len(found)))
    assert len(found) == size // len(packed(0, 0))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damaged_bytes_cost_their_own_record_alone(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The records around are delivered; the damaged bytes lie in damaged/ and are told of once."""
    folder = tmp_path_factory.mktemp("rot") / "spool"
    path = filled(folder, *range(6))
    content = bytearray(path.read_bytes())
    length = len(content) // 6
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    hit = place // length
    assert reopened(folder) == records(*(n for n in range(6) if n != hit))
    (damaged,) = (folder / "damaged").iterdir()
    assert damaged.read_bytes() == bytes(content[hit * length : (hit + 1) * length])
    assert look(folder, 0.0).damaged == 1
    before = damaged.stat().st_mtime_ns
    reopened(folder)
    assert damaged.stat().st_mtime_ns == before


def test_damage_that_comes_while_it_is_open_is_passed_over(tmp_path: Path) -> None:
    """What cannot be read any more is kept as it is, and does not hold up the records behind it."""
    spool = Spool(tmp_path)
    spool.append(records(1, 2, 3))
    (path,) = segments(tmp_path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert waiting(spool) == records(1, 3)
    deliver(spool, 2)
    status = spool.status()
    assert (status.pending, status.damaged) == (0, 1)
    spool.close()


def test_foreign_files_are_left_alone(tmp_path: Path) -> None:
    """Notes, folders with the name of a segment and numbers beyond all bounds neither stop it nor vanish."""
    filled(tmp_path, 1)
    (tmp_path / "notes.txt").write_text("do not touch")
    (tmp_path / "position.tmp").write_text("half a posit")
    (tmp_path / f"{7:020}.seg").mkdir()
    (tmp_path / f"{'9' * 20}.seg").write_bytes(b"garbage")
    (tmp_path / f"{5:020}.seg").write_bytes(os.urandom(400))
    spool = Spool(tmp_path)
    spool.append(records(2))
    assert waiting(spool) == records(1, 2)
    assert spool.status().damaged == 1
    spool.close()
    assert (tmp_path / "notes.txt").read_text() == "do not touch"
    assert (tmp_path / f"{'9' * 20}.seg").exists()


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"next 00000000000000000002 check 00000000\n", b"\x00" * 50]
)
def test_an_unreadable_position_sends_again_and_skips_nothing(tmp_path: Path, content: bytes) -> None:
    """Everything that is there is delivered again: a repeat counts once, a lost sale never."""
    spool = Spool(tmp_path)
    spool.append(records(1, 2, 3))
    deliver(spool, 2)
    spool.close()
    (tmp_path / "position").write_bytes(content)
    assert reopened(tmp_path) == records(1, 2, 3)


def test_a_position_beyond_the_records_is_not_believed(tmp_path: Path) -> None:
    """One that came from another folder, or outlived records that the disk lost, skips nothing."""
    other = Spool(tmp_path / "other")
    other.append(records(*range(50)))
    deliver(other, 50)
    other.close()
    filled(tmp_path / "spool", 1, 2)
    shutil.copy(tmp_path / "other" / "position", tmp_path / "spool" / "position")
    assert reopened(tmp_path / "spool") == records(1, 2)
    spool = Spool(tmp_path / "spool")
    spool.append(records(3))
    deliver(spool, 1)
    spool.close()
    assert reopened(tmp_path / "spool") == records(2, 3)
