"""The shops file: checked as a whole, secrets read from elsewhere and never shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from daybook.cli.main import main
from daybook.producers.hooks import ShopsFileError, load_shops
from tests.producers.importers.test_mapped import MAPPING

SHOP: dict[str, Any] = {
    "name": "old-till",
    "adapter": "mapping",
    "source": "hook:old-till",
    "store_id": "leeds",
    "mapping_file": "mapping.json",
    "secrets": [{"file": "secret"}, {"env": "OLD_SECRET"}],
}
ENVIRONMENT = {"OLD_SECRET": "the one before"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a shops file and what it names."""
    (tmp_path / "mapping.json").write_text(MAPPING.model_dump_json(exclude_none=True))
    (tmp_path / "secret").write_text("the new one\n")
    (tmp_path / "secret").chmod(0o600)
    write(tmp_path, SHOP)
    return tmp_path


def write(folder: Path, *shops: dict[str, Any]) -> None:
    """Write the shops file."""
    (folder / "shops.json").write_bytes(orjson.dumps({"shops": shops}))


def test_secrets_come_from_files_and_variables_and_are_never_shown(folder: Path) -> None:
    """Two are in force while one replaces the other; no repr and no command shows them."""
    connection = load_shops(folder / "shops.json", ENVIRONMENT)["old-till"]
    assert connection.secrets == (b"the new one", b"the one before")
    assert "the new one" not in repr(connection)
    told = CliRunner().invoke(main, ["shops", "check", str(folder / "shops.json")], env=ENVIRONMENT)
    assert told.exit_code == 0, told.output
    assert "POST /v1/hooks/old-till" in told.stdout
    assert "2 secrets in force" in told.stdout


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"name": "Old Till"}, "shops.0.name"),
        ({"secrets": []}, "shops.0.secrets"),
        ({"secrets": [{"file": "secret", "env": "B"}]}, "shops.0.secrets.0"),
        ({"secrets": [{"env": "NOBODY_SET_IT"}]}, "NOBODY_SET_IT holds no secret"),
        ({"secrets": [{"file": "missing"}]}, "missing cannot be read"),
        ({"mapping_file": None}, "needs a mapping_file"),
        ({"mapping_file": "shops.json"}, "is no mapping"),
        ({"adapter": "telegraph"}, "shops.0.adapter"),
    ],
)
def test_what_is_wrong_is_said_when_it_is_loaded(folder: Path, change: dict[str, Any], sentence: str) -> None:
    """Each wrong entry stops the start with one sentence that names its place."""
    write(folder, {name: value for name, value in (SHOP | change).items() if value is not None})
    with pytest.raises(ShopsFileError, match=sentence):
        load_shops(folder / "shops.json", ENVIRONMENT)


def test_a_secret_that_others_can_read_is_refused(folder: Path) -> None:
    """The sentence says what to do."""
    (folder / "secret").chmod(0o644)
    with pytest.raises(ShopsFileError, match="chmod 600"):
        load_shops(folder / "shops.json", ENVIRONMENT)


def test_two_connections_never_share_a_name_or_a_source(folder: Path) -> None:
    """Two systems under one source would take each other's events for repeats."""
    write(folder, SHOP, SHOP | {"name": "other"})
    with pytest.raises(ShopsFileError, match="same source"):
        load_shops(folder / "shops.json", ENVIRONMENT)
