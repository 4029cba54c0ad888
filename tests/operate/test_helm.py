"""The Helm chart: what can be told of it without a cluster, and with helm also as it is rendered."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

import click
import pytest
import yaml

from daybook.cli.main import main
from daybook.settings import Settings
from daybook.sinks.users import GRANTS
from tests.docs.test_pages import problem_with
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


@pytest.fixture(params=[[], ["--set", "kafka.secret=k,kafka.securityProtocol=SASL_SSL,rulesSecret=r"]])
def rendered(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    """All that helm makes of the chart: with its own values, and with logins."""
    if shutil.which("helm") is None:
        pytest.skip("helm is not there: the chart is not rendered.")
    command = ["helm", "template", "till", str(CHART), *request.param]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def test_what_is_rendered_is_whole(rendered: list[dict[str, Any]]) -> None:
    """Every process: not root, read-only, bounded, asked if it is ready; a budget where there are several."""
    deployments = {d["metadata"]["name"]: d for d in rendered if d["kind"] == "Deployment"}
    budgets = {d["metadata"]["name"] for d in rendered if d["kind"] == "PodDisruptionBudget"}
    assert deployments.keys() == {f"till-{name}" for name in VALUES["processes"]}
    assert {name for name, d in deployments.items() if d["spec"]["replicas"] > 1} == budgets
    assert {d["metadata"]["name"] for d in rendered if d["kind"] == "Job"} == {
        "till-topics",
        "till-migrations",
    }
    for document in rendered:
        if document["kind"] not in ("Deployment", "Job"):
            continue
        pod = document["spec"]["template"]["spec"]
        mounted = {volume["name"] for volume in pod["volumes"]}
        assert pod["securityContext"]["runAsNonRoot"]
        for container in [*pod["containers"], *pod.get("initContainers", [])]:
            assert container["securityContext"]["readOnlyRootFilesystem"]
            assert container["resources"]["limits"]["memory"]
            assert {mount["name"] for mount in container["volumeMounts"]} <= mounted
        if document["kind"] == "Deployment":
            assert pod["containers"][0]["readinessProbe"]


def test_what_is_rendered_is_kubernetes(rendered: list[dict[str, Any]]) -> None:
    """Every document is valid by Kubernetes' own schemas, unknown fields included."""
    validator = pytest.importorskip("kubernetes_validate")
    for document in rendered:
        validator.validate(document, "1.31", strict=True)
