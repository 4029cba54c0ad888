"""API keys and the file they are kept in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from daybook.producers.gateway import KeysFile, KeysFileError
from daybook.producers.gateway.keys import ANY

NOW = datetime(2026, 3, 14, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the keys are to be kept."""
    return tmp_path / "private" / "keys.json"


def test_a_key_is_known_until_it_is_revoked(path: Path) -> None:
    """A running gateway sees keys made and revoked by another process without a restart."""
    running, command = KeysFile(path), KeysFile(path)
    assert running.identify("dbk_000000000000_x") is None
    made = command.create("till 7", stores=["high-street"], sources=[ANY], now=NOW)
    found = running.identify(made.token)
    assert found is not None
    assert found.permits("high-street", "till-7")
    assert not found.permits("pearl-street", "till-7")
    assert command.revoke(made.key.key_id, NOW)
    assert running.identify(made.token) is None


def test_the_file_holds_no_secret_and_is_nobody_elses(path: Path) -> None:
    """The token cannot be read back from the file, and the file is readable by its owner only."""
    made = KeysFile(path).create("till 7", stores=[ANY], sources=[ANY], now=NOW)
    secret = made.token.split("_", 2)[2]
    assert secret not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_others_can_read_is_refused(path: Path) -> None:
    """A keys file with open permissions is not used, and the sentence says what to do."""
    KeysFile(path).create("till 7", stores=[ANY], sources=[ANY], now=NOW)
    path.chmod(0o644)
    with pytest.raises(KeysFileError, match="chmod 600"):
        KeysFile(path).load()


def test_a_file_that_was_damaged_leaves_the_keys_in_force(path: Path) -> None:
    """A slip while editing the file by hand does not lock out every till; a fresh start refuses it."""
    running = KeysFile(path)
    made = running.create("till 7", stores=[ANY], sources=[ANY], now=NOW)
    assert running.identify(made.token) is not None
    path.write_text("{")
    assert running.identify(made.token) is not None
    with pytest.raises(KeysFileError):
        KeysFile(path).load()


def test_revoking_what_is_not_there_changes_nothing(path: Path) -> None:
    """An unknown or revoked id is reported as not found."""
    file = KeysFile(path)
    made = file.create("till 7", stores=[ANY], sources=[ANY], now=NOW)
    assert not file.revoke("000000000000", NOW)
    assert file.revoke(made.key.key_id, NOW)
    assert not file.revoke(made.key.key_id, NOW)
    assert [key.revoked_at for key in file.load()] == [NOW]
