"""A spool on disks that are full, fail, or may not be written."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from daybook.producers.spool import Spool, SpoolFailed, SpoolUnusable
from tests.producers.spool.keeping import (
    append_until_refused,
    record,
    records,
    reopened,
    segments,
    waiting,
)


def test_a_disk_error_leaves_a_clean_spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that stops half way, and a sync that fails, cost only the sale that was told about."""
    spool = Spool(tmp_path)
    spool.append(records(1))
    write, sync = os.write, os.fsync

    def half(handle: int, data: bytes) -> int:
        if len(data) < 40:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(handle, data[: len(data) // 2])

    def failing(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", half)
        with pytest.raises(SpoolFailed, match=r"No space left on device\. This sale is not kept"):
            spool.append(records(2))
    spool.append(records(3))
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", failing)
        with pytest.raises(SpoolFailed, match="Input/output error"):
            spool.append(records(4))
    assert os.fsync is sync
    spool.append(records(5))
    assert waiting(spool) == records(1, 3, 5)
    spool.close()
    assert reopened(tmp_path) == records(1, 3, 5)
    assert not (tmp_path / "damaged").exists()


def test_append_returns_after_the_disk_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is synced at its full length, and the folder once for each new file, before append returns."""
    spool = Spool(tmp_path / "spool", segment_bytes=150)
    synced: list[tuple[int, int]] = []
    sync = os.fsync

    def noting(handle: int) -> None:
        sync(handle)
        found = os.fstat(handle)
        synced.append((found.st_ino, -1 if stat.S_ISDIR(found.st_mode) else found.st_size))

    monkeypatch.setattr(os, "fsync", noting)
    for number in range(4):
        synced.clear()
        before = segments(spool.folder)
        spool.append([record(number)])
        (path,) = segments(spool.folder)[-1:]
        new = [] if path in before else [(spool.folder.stat().st_ino, -1)]
        assert synced == [*new, (path.stat().st_ino, path.stat().st_size)]
    assert len(segments(spool.folder)) > 1
    spool.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("Only root may mount a small file system.")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_said_and_survived(small_disk: Path) -> None:
    """On a real full disk the sale is refused, what was kept stays, and room made on it is used again."""
    blocker = small_disk / "blocker"
    blocker.write_bytes(b"x" * 20_000)
    spool = Spool(small_disk / "spool", segment_bytes=8_000)
    with pytest.raises(SpoolFailed, match="No space left on device"):
        append_until_refused(spool)
    kept = len(waiting(spool))
    assert kept > 50
    assert waiting(spool) == records(*range(kept))
    blocker.unlink()
    spool.append([record(kept)])
    assert waiting(spool) == records(*range(kept + 1))
    spool.close()
    assert reopened(small_disk / "spool") == records(*range(kept + 1))
    assert not (small_disk / "spool" / "damaged").exists()


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    """A file in its place, or below it, ends in one sentence."""
    (tmp_path / "file").write_text("in the way")
    for folder in (tmp_path / "file", tmp_path / "file" / "spool"):
        with pytest.raises(SpoolUnusable, match="cannot be used"):
            Spool(folder)


def test_a_read_only_folder_is_said(small_disk: Path) -> None:
    """A spool on a file system that was turned read-only refuses the sale, and still shows how it stands."""
    spool = Spool(small_disk)
    spool.append(records(1))
    spool.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    again = Spool(small_disk)
    with pytest.raises(SpoolFailed, match=r"Read-only file system\. This sale is not kept"):
        again.append(records(2))
    assert again.status().pending == 1
    with pytest.raises(SpoolFailed, match="Read-only"):
        again.delivered(again.peek(1))
    assert waiting(again) == records(1)
    again.close()
