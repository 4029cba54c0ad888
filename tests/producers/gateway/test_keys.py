"""API keys and the file they are kept in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from daybook.producers.gateway import KeysFile, KeysFileError, LastUses, SigningKeysFile, create_gateway
from daybook.producers.gateway.keys import ANY
from tests.producers.memory import MemoryPublisher
from tests.support.sales import sale

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


async def test_a_rotation_refuses_nobody_who_has_the_new_key(path: Path) -> None:
    """Created, handed over, revoked: sales are taken all the time, and none with the old key afterwards."""
    command = KeysFile(path)
    old = command.create("till 7", stores=[ANY], sources=[ANY], now=NOW)
    app = create_gateway(MemoryPublisher(), KeysFile(path), clock=lambda: NOW)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:

        async def answer(token: str) -> int:
            headers = {"Authorization": f"Bearer {token}"}
            return (await client.post("/v1/events", json=sale(), headers=headers)).status_code

        assert await answer(old.token) == 202
        new = command.create("till 7, from March", stores=[ANY], sources=[ANY], now=NOW)
        assert [await answer(old.token), await answer(new.token)] == [202, 202]
        assert command.revoke(old.key.key_id, NOW)
        assert [await answer(old.token), await answer(new.token)] == [401, 202]


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


def test_signing_keys_have_a_file_of_their_own(path: Path) -> None:
    """Secrets that must be kept are not in the file of the hashes, and are readable by their owner only."""
    running, command = SigningKeysFile(path), SigningKeysFile(path)
    assert running.in_force() == []
    made = command.create("web shop", stores=["high-street"], sources=[ANY], now=NOW)
    beside = path.with_name("keys-signing.json")
    assert not path.exists()
    assert made.secret in beside.read_text()
    assert beside.stat().st_mode & 0o777 == 0o600
    assert running.in_force() == [made]
    assert command.revoke(made.key_id, NOW)
    assert running.in_force() == []


def test_signing_keys_that_others_can_read_are_refused(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Secrets with open permissions are not used, and no error or log repeats one."""
    made = SigningKeysFile(path).create("web shop", stores=[ANY], sources=[ANY], now=NOW)
    beside = path.with_name("keys-signing.json")
    beside.chmod(0o640)
    with pytest.raises(KeysFileError, match="chmod 600"):
        SigningKeysFile(path).load()
    beside.chmod(0o600)
    beside.write_text(beside.read_text().replace('"label"', '"lable"'))
    assert SigningKeysFile(path).in_force() == []
    assert "stay as they were" in caplog.text
    assert made.secret.removeprefix("whsec_") not in caplog.text


async def test_the_last_use_is_written_once_a_minute(path: Path) -> None:
    """However often a key is used, its file changes once a minute; what other gateways noted stays."""
    one, two = LastUses(path), LastUses(path)
    for second in range(59):
        one.note("a" * 12, NOW + timedelta(seconds=second))
    await one.written()
    assert LastUses(path).load() == {"a" * 12: NOW}
    two.note("b" * 12, NOW)
    two.note("a" * 12, NOW - timedelta(hours=1))
    await two.written()
    one.note("a" * 12, NOW + timedelta(seconds=60))
    await one.written()
    assert LastUses(path).load() == {"a" * 12: NOW + timedelta(seconds=60), "b" * 12: NOW}
    assert path.with_name("keys-used.json").stat().st_mode & 0o777 == 0o600


async def test_a_last_use_that_cannot_be_written_stops_nothing(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A full or read-only disk is told to the log, and the gateway goes on."""
    path.parent.write_text("a file where the folder should be")
    uses = LastUses(path)
    uses.note("a" * 12, NOW)
    await uses.written()
    assert "not noted" in caplog.text
