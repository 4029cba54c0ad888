from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from daybook.settings import Settings


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each by its name with the prefix; what is not set has a default for one machine and loopback."""
    monkeypatch.setenv("DAYBOOK_PARTITIONS", "12")
    monkeypatch.setenv("DAYBOOK_CLICKHOUSE_URL", "https://example.test:8443")
    monkeypatch.setenv("DAYBOOK_DATA_DIR", str(tmp_path))
    settings = Settings()
    assert (settings.partitions, settings.clickhouse_url) == (12, "https://example.test:8443")
    assert settings.engine_dir == tmp_path / "clickhouse"
    assert settings.gateway_url == "http://127.0.0.1:8400"
    assert settings.sink_group == "daybook-sink"


@pytest.mark.parametrize(
    "name, value",
    [
        ("PARTITIONS", "0"),
        ("CHECKPOINT_SECONDS", "0"),
        ("GATEWAY_PORT", "70000"),
        ("REPORTING_CURRENCY", "eur"),
    ],
)
def test_what_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A slip in a setting stops the process at its start and not somewhere later."""
    monkeypatch.setenv(f"DAYBOOK_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


def test_a_password_is_read_from_its_file(tmp_path: Path) -> None:
    """Without the line feed that editors put at its end; empty where no file is named."""
    file = tmp_path / "password"
    file.write_text("s3cret\n")
    assert Settings(clickhouse_password_file=file).clickhouse_password() == "s3cret"
    assert Settings().clickhouse_password() == ""
