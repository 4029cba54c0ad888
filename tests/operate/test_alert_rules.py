from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from daybook.metrics import names
from daybook.schemas.alerts import AlertKind
from tests.docs.pages import anchors
from tests.support.tree import ROOT

RULES_FILE = ROOT / "deploy" / "prometheus" / "daybook.rules.yml"
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load(RULES_FILE.read_text("utf-8"))["groups"] for rule in group["rules"]
]
METRICS = {metric for metric in vars(names).values() if isinstance(metric, names.Metric)}


def test_every_metric_of_a_rule_is_told() -> None:
    """Names are those of the registry; Prometheus appends _total to a counter's."""
    told = {metric.name + ("_total" if metric.kind == "counter" else "") for metric in METRICS}
    asked = {name for rule in RULES for name in re.findall(r"daybook_\w+", rule["expr"])}
    assert len(asked) > 5
    assert asked - told == set()


def test_every_rule_leads_to_a_section_of_its_own() -> None:
    """Who is woken finds what to do about just that; no section is about a rule that is gone."""
    found = {anchor for anchor in anchors(ROOT / "docs" / "runbook.md") if anchor.startswith("daybook")}
    assert [rule["annotations"]["runbook"] for rule in RULES] == [rule["alert"].lower() for rule in RULES]
    assert {rule["annotations"]["runbook"] for rule in RULES} == found


def test_prometheus_fires_what_it_should(tmp_path: Path) -> None:
    """By its own tool: nothing when all is well, and the right rule where a process is gone or hangs."""
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not there: the rules are not evaluated.")
    shutil.copy(RULES_FILE, tmp_path)
    shutil.copy(Path(__file__).with_name("alert_rules.yml"), tmp_path)
    command = ["promtool", "test", "rules", str(tmp_path / "alert_rules.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_kind_of_alert_has_a_section() -> None:
    """One more kind of rule needs what to do about it, too."""
    text = (ROOT / "docs" / "runbook.md").read_text("utf-8")
    assert len(re.findall(r"^### Alert: ", text, re.MULTILINE)) == len(AlertKind)
