from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from daybook.brokers import client_security, secret
from daybook.cli.main import main
from daybook.operations.base import CannotAct
from daybook.settings import Settings
from daybook.settings_loading import SettingsError, load_settings


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


def test_the_environment_wins_over_the_settings_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file holds what all processes share; one of them may be told otherwise."""
    file = tmp_path / "daybook.toml"
    file.write_text('partitions = 6\nsession_timeout = 20.0\nstores_file = "/etc/daybook/stores.json"\n')
    monkeypatch.setenv("DAYBOOK_SETTINGS_FILE", str(file))
    monkeypatch.setenv("DAYBOOK_PARTITIONS", "12")
    settings = load_settings()
    assert (settings.partitions, settings.session_timeout) == (12, 20.0)
    assert settings.stores_file == Path("/etc/daybook/stores.json")


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
    with pytest.raises(SettingsError, match=f"DAYBOOK_{name} is wrong"):
        load_settings()


@pytest.mark.parametrize("command", ["topics", "migrate", "worker", "keys list"])
def test_an_unknown_setting_stops_the_start(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """A name that was mistyped is told with the one that is meant; nothing runs on a default instead."""
    monkeypatch.setenv("DAYBOOK_PARTITION", "12")
    done = CliRunner().invoke(main, command.split())
    assert done.exit_code == 2
    assert done.output == "There is no setting DAYBOOK_PARTITION; is DAYBOOK_PARTITIONS meant?\n"


def test_a_settings_file_is_held_to_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An unknown name in it, a file that is no TOML, and one that is not there, each in a sentence."""
    file = tmp_path / "daybook.toml"
    monkeypatch.setenv("DAYBOOK_SETTINGS_FILE", str(file))
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings()
    file.write_text("partitions: 4")
    with pytest.raises(SettingsError, match="no TOML"):
        load_settings()
    file.write_text("zzz = 4")
    with pytest.raises(SettingsError, match=r"no setting zzz; docs/settings\.md lists all"):
        load_settings()


def test_no_value_is_told_of_a_wrong_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be a secret that was put in the wrong place."""
    monkeypatch.setenv("DAYBOOK_GATEWAY_PORT", "hunter2")
    with pytest.raises(SettingsError) as told:
        load_settings()
    assert "hunter2" not in str(told.value)


def test_a_secret_is_read_from_its_file(tmp_path: Path) -> None:
    """Without the line feed that editors put at its end; a missing or empty file is told."""
    file = tmp_path / "password"
    file.write_text("s3cret\n")
    assert secret(file) == "s3cret"
    file.write_text("\n")
    with pytest.raises(CannotAct, match="is empty"):
        secret(file)
    with pytest.raises(CannotAct, match="cannot be read"):
        secret(tmp_path / "none")


def test_a_login_has_to_be_whole_and_safe(tmp_path: Path) -> None:
    """SASL without a user, or with a password for anyone to read, is refused; certificates are checked."""
    with pytest.raises(ValidationError, match="SASL needs"):
        Settings(kafka_security_protocol="SASL_SSL")
    file = tmp_path / "password"
    file.write_text("s3cret")
    with pytest.raises(ValidationError, match="for anyone to read"):
        Settings(
            kafka_security_protocol="SASL_PLAINTEXT",
            kafka_sasl_mechanism="PLAIN",
            kafka_user="worker",
            kafka_password_file=file,
        )
    options = client_security(
        Settings(kafka_security_protocol="SASL_SSL", kafka_user="worker", kafka_password_file=file)
    )
    assert options["ssl_context"].check_hostname
    assert options["sasl_mechanism"] == "SCRAM-SHA-512"
    assert client_security(Settings()) == {}
    with pytest.raises(CannotAct, match="certificates cannot be read"):
        client_security(Settings(kafka_security_protocol="SSL", kafka_ca_file=tmp_path / "none"))
