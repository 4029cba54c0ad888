from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from grafana_foundation_sdk.models.dashboard import Dashboard

from daybook.cli.dashboards import dashboards
from daybook.dashboards import queries
from daybook.dashboards.grafana import alerting, build, style
from daybook.dashboards.grafana.query import ClickHouseQuery, register, statement
from daybook.dashboards.grafana.wanted import freshness_rule
from daybook.schemas.currencies import EXPONENTS

BOARDS = build.documents()
PANELS = [
    pytest.param(name, panel, id=f"{name}: {panel['title']}")
    for name, board in BOARDS.items()
    for panel in board["panels"]
]
VARIABLE = re.compile(r"\$\{(\w+)(?::\w+)?\}")


def variables(board: dict[str, Any]) -> set[str]:
    """The names of a board's variables."""
    return {variable["name"] for variable in board["templating"]["list"]}


def test_the_files_are_what_the_code_builds() -> None:
    """Whoever changes a board or a query builds the files anew."""
    assert build.drifted() == []
    assert not alerting.drifted()


def test_the_same_code_builds_the_same_text() -> None:
    """Twice, byte for byte."""
    assert build.texts() == build.texts()


def test_check_exits_1_on_drift(tmp_path: Path) -> None:
    """A changed, a missing and a stray file are named and nothing is written; after a build all is well."""
    folder = tmp_path / "json"
    shutil.copytree(build.FOLDER, folder)
    (folder / "today.json").write_text("{}")
    (folder / "trust.json").unlink()
    (folder / "stray.json").write_text("{}")
    check = ["build", "--check", "--to", str(folder)]
    found = CliRunner().invoke(dashboards, check)
    assert found.exit_code == 1
    for name in ("today", "trust", "stray"):
        assert f"{name}.json: differs from the code" in found.output
    assert not (folder / "trust.json").exists()
    assert CliRunner().invoke(dashboards, ["build", "--to", str(folder)]).exit_code == 0
    assert CliRunner().invoke(dashboards, check).exit_code == 0


@pytest.mark.parametrize("name", BOARDS)
def test_a_board_survives_the_sdks_own_round_trip(name: str) -> None:
    """Read back by the SDK it is the same text, and its queries are ours again."""
    register()
    text = (build.FOLDER / f"{name}.json").read_text(encoding="utf-8")
    board = Dashboard.from_json(json.loads(text))
    assert build.text(board) == text
    targets = [
        target
        for panel in board.panels or []
        for target in panel.targets or []  # type: ignore[union-attr]
    ]
    assert targets
    assert all(isinstance(target, ClickHouseQuery) for target in targets)


@pytest.mark.parametrize(("name", "panel"), PANELS)
def test_every_panel_says_what_it_means_and_what_it_lacks(name: str, panel: dict[str, Any]) -> None:
    """A definition, a sentence in the place of an empty panel, our data source, SQL as it is kept."""
    del name
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["noValue"].endswith(".")
    assert panel["datasource"] == {"type": "grafana-clickhouse-datasource", "uid": "daybook-clickhouse"}
    for target in panel["targets"]:
        assert target["datasource"] == panel["datasource"]
        assert (target["editorType"], target["format"], target["queryType"]) == ("sql", 1, "table")
        assert not target["rawSql"].startswith("--")


def test_every_query_of_the_boards_is_on_one() -> None:
    """A query with Grafana's variables that no panel, variable or rule asks is a panel that was forgotten."""
    shown = json.dumps([*BOARDS.values(), freshness_rule()])
    asked = {name for name in queries.names() if json.dumps(statement(name)) in shown}
    asked |= {name for name in queries.names() if json.dumps(queries.load(name)) in shown}
    for name in queries.names():
        assert name in asked or "${" not in queries.load(name), name


@pytest.mark.parametrize(("name", "panel"), PANELS)
def test_every_variable_of_a_query_is_on_its_board(name: str, panel: dict[str, Any]) -> None:
    """Grafana would leave an unknown one as it stands, and ClickHouse would not understand it."""
    asked = {found for target in panel["targets"] for found in VARIABLE.findall(target["rawSql"])}
    assert asked <= variables(BOARDS[name])


@pytest.mark.parametrize(("name", "panel"), PANELS)
def test_money_has_the_unit_of_its_currency(name: str, panel: dict[str, Any]) -> None:
    """The columns that hold money take unit and decimals from the query that knows the currency."""
    del name
    units = [each for each in panel["transformations"] if each["id"] == "configFromData"]
    shown = next(each for each in panel["transformations"] if each["id"] == "filterFieldsByName")
    names = shown["options"]["include"]["names"]
    money = {each for each in names if each in style.COLUMNS and style.COLUMNS[each].unit == style.MONEY}
    if money:
        pattern = units[0]["options"]["applyTo"]["options"].strip("/")
        assert {each for each in names if re.fullmatch(pattern, each)} == money
        assert [target["refId"] for target in panel["targets"]] == ["A", "unit"]
    else:
        assert units == []


@pytest.mark.parametrize(("name", "panel"), PANELS)
def test_links_lead_to_boards_and_variables_that_are_there(name: str, panel: dict[str, Any]) -> None:
    """A link fills only variables that its board has."""
    del name
    text = json.dumps(panel)
    targets = {board["uid"]: variables(board) for board in BOARDS.values()}
    for uid, query in re.findall(r"/d/([\w-]+)/[\w-]+\?([^\"]*)", text):
        named = set(re.findall(r"var-(\w+)=", query)) | set(re.findall(r"\$\{(\w+):queryparam\}", query))
        assert named <= targets[uid]


def test_colours_are_ones_that_everybody_can_tell_apart() -> None:
    """Okabe and Ito's palette, and nothing else."""
    assert set(re.findall(r"#[0-9A-Fa-f]{6}", json.dumps(BOARDS))) <= set(style.PALETTE)


@pytest.mark.parametrize("name", BOARDS)
def test_dates_are_no_business_of_grafanas_time_zone(name: str) -> None:
    """The board's zone is fixed; no query takes a business date from the window that Grafana shows."""
    assert BOARDS[name]["timezone"] == "utc"
    for panel in BOARDS[name]["panels"]:
        for target in panel["targets"]:
            assert not re.search(r"\$__\w+\(\s*\w*business_date", target["rawSql"])


@pytest.mark.parametrize(("currency", "exponent"), sorted(EXPONENTS.items()))
def test_minor_units_in_sql_are_those_of_iso_4217(currency: str, exponent: int) -> None:
    """The lists of currencies without decimals and with three are whole."""
    sql = queries.load("variable_per_unit")
    without, three = (re.findall(r"'([A-Z]{3})'", part) for part in sql.split("1000,")[0].split("), 1,"))
    assert (currency in without) == (exponent == 0)
    assert (currency in three) == (exponent == 3)
