"""The Helm chart: what can be told of it without a cluster, and with helm also as it is rendered."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from typing import Any

import click
import pytest
import yaml

from daybook.cli.main import main
from daybook.settings import Settings
from daybook.settings_loading import NOT_OURS, load_settings
from daybook.sinks.users import GRANTS
from tests.docs.test_pages import problem_with, why_not_parsed
from tests.operate.test_compose import BOARD_OPTIONS, RUNNING
from tests.support.tree import ROOT

CHART = ROOT / "deploy" / "helm" / "daybook"
VALUES: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
TEMPLATES = {path.name: path.read_text("utf-8") for path in sorted((CHART / "templates").iterdir())}
KAFKA_USERS = {
    line.split()[0]
    for line in (ROOT / "deploy/kafka/acls.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
} | {"admin"}


def test_each_process_is_a_command_with_users_that_there_are() -> None:
    """Its command parses, and it logs in as somebody whom acls.txt and the grants know."""
    for name, process in VALUES["processes"].items():
        words = process.get("command", [name])
        assert problem_with(words) is None
        assert main.get_command(click.Context(main), words[0]) is not None
        assert process.get("kafkaUser", name) in KAFKA_USERS
        assert process.get("clickhouseUser", "daybook_reader") in GRANTS
        assert process["resources"]["limits"]["memory"]


def test_all_of_daybook_runs() -> None:
    """Every process of it, and by the rules that come with it."""
    commands = [process.get("command", [name]) for name, process in VALUES["processes"].items()]
    assert {tuple(word for word in words if word not in BOARD_OPTIONS) for words in commands} == RUNNING
    ours = (ROOT / "daybook" / "defaults" / "rules.json").read_text("utf-8")
    assert json.loads(VALUES["rules"]) == json.loads(ours)


def test_settings_in_the_templates_are_settings() -> None:
    """Each DAYBOOK_ name that a template sets."""
    known = {f"DAYBOOK_{name.upper()}" for name in Settings.model_fields}
    named = {name for text in TEMPLATES.values() for name in re.findall(r"DAYBOOK_[A-Z_]+", text)}
    assert len(named) > 10
    assert named - known == set()


def test_values_that_templates_ask_for_are_there() -> None:
    """A misspelt value would be empty, and nobody would notice."""
    for text in TEMPLATES.values():
        for path in re.findall(r"\.Values\.([A-Za-z.]+)", text):
            place: Any = VALUES
            for part in path.split("."):
                assert part in place, path
                place = place[part]


def test_blocks_are_closed() -> None:
    """As many ends as beginnings, in each template."""
    for name, text in TEMPLATES.items():
        opened = re.findall(r"{{-?\s*(?:if|range|define|with)\b", text)
        assert len(opened) == len(re.findall(r"{{-?\s*end\b", text)), name


def test_pods_are_closed_to_kubernetes_itself() -> None:
    """Without helm as well: none gets its token, or variables that look like settings."""
    for name in ("processes.yaml", "jobs.yaml"):
        assert "automountServiceAccountToken: false\n" in TEMPLATES[name]
        assert "enableServiceLinks: false\n" in TEMPLATES[name]


LOGINS = (
    "kafka.secret=k,kafka.securityProtocol=SASL_SSL,rulesSecret=r,files.staff\\.json=x,image.tag=v9,"
    "clickhouse.caKey=ca"
)


@pytest.fixture(scope="module", params=[[], ["--set", LOGINS]], ids=["plain", "logins"])
def rendered(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    """All that helm makes of the chart: with its own values, and with logins and more files."""
    if shutil.which("helm") is None:
        pytest.skip("helm is not there: the chart is not rendered.")
    command = ["helm", "template", "daybook", str(CHART), "--kube-version", "1.31", *request.param]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def pods(rendered: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What each deployment or job runs, by its name."""
    return {
        document["metadata"]["name"]: document["spec"]["template"]["spec"]
        for document in rendered
        if document["kind"] in ("Deployment", "Job")
    }


def test_helm_finds_nothing_wrong() -> None:
    """Its own check of charts, warnings included."""
    if shutil.which("helm") is None:
        pytest.skip("helm is not there: the chart is not rendered.")
    done = subprocess.run(
        ["helm", "lint", "--strict", "--quiet", str(CHART)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("kafka.partitons=3", "partitons"),
        ("kafka.securityProtocol=SASL_SSL", "secret"),
        ("kafka.secret=k", "secret"),
        ("settings.LOG_LEVEL=INFO", "LOG_LEVEL"),
        ("clickhouse.url=clickhouse:8123", "url"),
    ],
)
def test_a_wrong_value_stops_the_installation(wrong: str, told: str) -> None:
    """A misspelt value, or logins without their secret, are refused with their place."""
    if shutil.which("helm") is None:
        pytest.skip("helm is not there: the chart is not rendered.")
    command = ["helm", "template", "daybook", str(CHART), "--kube-version", "1.31", "--set", wrong]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert told in done.stderr


def test_each_value_has_its_place_in_the_schema() -> None:
    """Without helm as well: a new value cannot be forgotten there, nor an old one stay."""
    schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))["properties"]
    assert schema.keys() - {"global"} == VALUES.keys()
    for name in ("kafka", "clickhouse", "image"):
        assert schema[name]["properties"].keys() == VALUES[name].keys()
        assert schema[name]["additionalProperties"] is False
    said = {key for process in VALUES["processes"].values() for key in process}
    assert schema["processes"]["additionalProperties"]["properties"].keys() == said


def test_each_process_starts_with_what_it_is_given(
    rendered: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its settings load as at a start, its command parses, and named files are in mounted places."""
    for variable in os.environ:
        if variable.startswith("DAYBOOK_") and variable not in NOT_OURS:
            monkeypatch.delenv(variable)
    for name, pod in pods(rendered).items():
        (container,) = pod["containers"]
        given = {each["name"]: each["value"] for each in container["env"]}
        with monkeypatch.context() as patch:
            for variable, value in given.items():
                patch.setenv(variable, value)
            load_settings()
        assert why_not_parsed(container["args"]) is None, name
        places = tuple(f"{mount['mountPath']}/" for mount in container["volumeMounts"])
        assert [value for value in given.values() if value[0] == "/" and not value.startswith(places)] == []
        secrets = {
            f"/run/{volume['name']}/{item['path']}"
            for volume in pod["volumes"]
            for item in volume.get("secret", {}).get("items", [])
        }
        assert secrets == {value for value in given.values() if value.startswith("/run/")}, name


def test_variables_of_services_are_not_taken_for_settings(rendered: list[dict[str, Any]]) -> None:
    """Of a service daybook-gateway Kubernetes would tell each pod as DAYBOOK_GATEWAY_PORT."""
    assert {d["metadata"]["name"] for d in rendered if d["kind"] == "Service"} == {
        "daybook-gateway",
        "daybook-board",
    }
    assert all(pod["enableServiceLinks"] is False for pod in pods(rendered).values())


def test_files_of_the_config_map_are_as_given(rendered: list[dict[str, Any]]) -> None:
    """Nothing is lost on the way, and jobs, which come before it, do not mount it."""
    (config,) = [d for d in rendered if d["kind"] == "ConfigMap"]
    assert yaml.safe_load(config["data"]["stores.json"]) == {"stores": []}
    for name, pod in pods(rendered).items():
        mounted = "config" in {volume["name"] for volume in pod["volumes"]}
        assert mounted == (name not in ("daybook-topics", "daybook-migrations")), name


def test_what_is_rendered_is_whole(rendered: list[dict[str, Any]]) -> None:
    """Every process: not root, read-only, bounded, asked if it is ready; a budget where there are several."""
    deployments = {d["metadata"]["name"]: d for d in rendered if d["kind"] == "Deployment"}
    budgets = {d["metadata"]["name"] for d in rendered if d["kind"] == "PodDisruptionBudget"}
    assert deployments.keys() == {f"daybook-{name}" for name in VALUES["processes"]}
    assert {name for name, d in deployments.items() if d["spec"]["replicas"] > 1} == budgets
    assert {d["metadata"]["name"] for d in rendered if d["kind"] == "Job"} == {
        "daybook-topics",
        "daybook-migrations",
    }
    for name, pod in pods(rendered).items():
        mounted = {volume["name"] for volume in pod["volumes"]}
        assert pod["securityContext"]["runAsNonRoot"]
        for container in [*pod["containers"], *pod.get("initContainers", [])]:
            assert container["securityContext"]["readOnlyRootFilesystem"]
            assert container["resources"]["limits"]["memory"]
            assert {mount["name"] for mount in container["volumeMounts"]} <= mounted
        assert name not in deployments or pod["containers"][0]["readinessProbe"]
    scraped = {n for n, d in deployments.items() if d["spec"]["template"]["metadata"].get("annotations")}
    assert scraped == deployments.keys() - {"daybook-board"}, "the page has no metrics"


def test_what_is_rendered_is_kubernetes(rendered: list[dict[str, Any]]) -> None:
    """Every document is valid by Kubernetes' own schemas, unknown fields included."""
    validator = pytest.importorskip("kubernetes_validate")
    for document in rendered:
        validator.validate(document, "1.31", strict=True)
