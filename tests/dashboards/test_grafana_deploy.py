from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from daybook.cli.dashboards import dashboards
from daybook.dashboards.grafana.build import BOARDS, documents
from tests.dashboards.fake_grafana import PASSWORD, TOKEN, FakeGrafana, served

SECRET = "the-reader's-password"


@pytest.fixture
def fake() -> FakeGrafana:
    """An empty Grafana."""
    return FakeGrafana()


@pytest.fixture
def address(fake: FakeGrafana) -> Iterator[str]:
    """Where it answers."""
    with served(fake) as url:
        yield url


class Commands:
    """The commands against one Grafana."""

    def __init__(self, url: str, folder: Path, token: str = TOKEN) -> None:
        self._url = url
        self._token = folder / "token"
        self._token.write_text(token + "\n")
        self._password = folder / "password"
        self._password.write_text(SECRET + "\n")

    def run(self, *args: str, source: bool = True) -> Result:
        """Run one; nothing it says holds a secret."""
        command = [*args, "--grafana-url", self._url, "--token-file", str(self._token)]
        if source:
            command += ["--clickhouse-password-file", str(self._password)]
            command += ["--clickhouse-url", "https://clickhouse.example"]
        result = CliRunner().invoke(dashboards, command, catch_exceptions=False)
        assert SECRET not in result.output
        assert self._token.read_text().strip() not in result.output
        return result


@pytest.fixture
def commands(address: str, tmp_path: Path) -> Commands:
    """Commands with the right token."""
    return Commands(address, tmp_path)


def test_a_deploy_makes_everything_and_a_second_one_nothing(commands: Commands, fake: FakeGrafana) -> None:
    """Folder, data source with password, boards, contact point and rule; then no write at all."""
    hook = ("--alert-webhook", "http://127.0.0.1:9/alert")
    first = commands.run("deploy", *hook)
    assert first.exit_code == 0, first.output
    assert first.output.count("created") == len(first.output.splitlines()) == len(BOARDS) + 4
    source = fake.sources["daybook-clickhouse"]
    assert source["jsonData"]["host"] == "clickhouse.example"
    assert (source["jsonData"]["port"], source["jsonData"]["secure"]) == (8443, True)
    assert source["jsonData"]["username"] == "daybook_reader"
    assert fake.secrets["daybook-clickhouse"] == {"password": SECRET}
    assert {board["meta"]["folderUid"] for board in fake.boards.values()} == {"daybook"}
    assert fake.rules["daybook-freshness"]["notification_settings"] == {"receiver": "Daybook on call"}
    before = fake.writes
    second = commands.run("deploy", *hook)
    assert "created" not in second.output
    assert "updated" not in second.output
    assert fake.writes == before
    assert commands.run("diff", *hook).exit_code == 0


def test_boards_lead_to_the_live_page_of_this_place(commands: Commands, fake: FakeGrafana) -> None:
    """Every board has a link by which people say that a figure looks wrong, at the address of the deploy."""
    assert commands.run("deploy", "--page-url", "https://page.example/").exit_code == 0
    links = {
        uid: [link.get("url") for link in board["dashboard"]["links"]] for uid, board in fake.boards.items()
    }
    for uid, urls in links.items():
        assert f"https://page.example/cases?board={uid.removeprefix('daybook-')}#tracking" in urls


def test_diff_shows_what_people_have_changed_and_deploy_puts_it_back(
    commands: Commands, fake: FakeGrafana
) -> None:
    """A renamed panel, another host and a moved board are named; a deploy mends all three."""
    commands.run("deploy")
    fake.boards["daybook-today"]["dashboard"]["panels"][0]["title"] = "Sales!!"
    fake.boards["daybook-trust"]["meta"]["folderUid"] = ""
    fake.sources["daybook-clickhouse"]["jsonData"]["host"] = "elsewhere"
    before = fake.writes
    shown = commands.run("diff")
    assert shown.exit_code == 1
    assert fake.writes == before
    assert '-      "title": "Sales!!"' in shown.output
    assert 'jsonData.host: "elsewhere" -> "clickhouse.example"' in shown.output
    assert 'folderUid: "" -> "daybook"' in shown.output
    mended = commands.run("deploy")
    assert mended.output.count(": updated") == 3
    assert commands.run("diff").exit_code == 0


def test_a_password_goes_again_only_when_asked_for(commands: Commands, fake: FakeGrafana) -> None:
    """Grafana never tells it, so a deploy leaves it alone; ``--set-password`` sends it."""
    commands.run("deploy")
    fake.secrets["daybook-clickhouse"]["password"] = "old"
    commands.run("deploy")
    assert fake.secrets["daybook-clickhouse"]["password"] == "old"
    assert "password: set" in commands.run("deploy", "--set-password").output
    assert fake.secrets["daybook-clickhouse"]["password"] == SECRET


def test_a_wrong_token_is_told_in_a_sentence(address: str, tmp_path: Path, fake: FakeGrafana) -> None:
    """Exit code 3, nothing written, and the token is not shown."""
    result = Commands(address, tmp_path, "glsa_wrong").run("deploy")
    assert result.exit_code == 3
    assert result.output == "Grafana does not let us in: the token or password is wrong.\n"
    assert fake.writes == 0


@pytest.mark.parametrize(("password", "code"), [(PASSWORD, 0), ("wrong", 3)])
def test_a_user_and_a_password_do_as_well(address: str, tmp_path: Path, password: str, code: int) -> None:
    """The password comes from a file."""
    file = tmp_path / "admin"
    file.write_text(password)
    args = ["deploy", "--grafana-url", address, "--user", "admin", "--password-file", str(file)]
    assert CliRunner().invoke(dashboards, args).exit_code == code


def test_nobody_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    """Exit code 3."""
    result = Commands("http://127.0.0.1:9", tmp_path).run("deploy")
    assert result.exit_code == 3
    assert result.output == "No Grafana answers at http://127.0.0.1:9.\n"


def test_export_writes_what_stands_there(commands: Commands, fake: FakeGrafana, tmp_path: Path) -> None:
    """The boards as people have left them, without Grafana's own numbers; before a deploy there are none."""
    folder = tmp_path / "out"
    missing = commands.run("export", str(folder), source=False)
    assert missing.exit_code == 3
    assert "`daybook dashboards deploy` makes them" in missing.output
    commands.run("deploy")
    fake.boards["daybook-today"]["dashboard"]["title"] = "Mine"
    assert commands.run("export", str(folder), source=False).exit_code == 0
    found = {path.stem: json.loads(path.read_text()) for path in folder.glob("*.json")}
    assert found == {**documents(), "today": documents()["today"] | {"title": "Mine"}}


@pytest.mark.skipif("GRAFANA_URL" not in os.environ, reason="GRAFANA_URL names no Grafana to deploy to")
def test_a_real_grafana_takes_it_and_finds_nothing_to_change_afterwards(tmp_path: Path) -> None:
    """With ``GRAFANA_TOKEN`` of a service account that may write."""
    commands = Commands(os.environ["GRAFANA_URL"], tmp_path, os.environ["GRAFANA_TOKEN"])
    assert commands.run("deploy").exit_code == 0
    again = commands.run("diff")
    assert again.exit_code == 0, again.output
