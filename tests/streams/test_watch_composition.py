"""The watch agent as the watcher puts it together: files in, alerts out of the merged totals."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from daybook.alert_agent import watch_agent
from daybook.operations.base import CannotAct
from daybook.schemas import topics
from daybook.schemas.alerts import Alert
from daybook.settings import Settings
from tests.ledger.alerts.test_asker import ELEVEN, TODAY, Trade
from tests.support.tree import ROOT

DEFAULTS = ROOT / "daybook" / "defaults" / "rules.json"
ZONE = [{"zone": "Europe/London"}]
STORES = {"stores": [{"store_id": name, "region": "North", "days": ZONE} for name in ("quayside", "station")]}


def settings(folder: Path, rules: Path, measure: str = "net / orders") -> Settings:
    """Settings with all the files that the agent reads."""
    for name, document in (
        ("stores.json", STORES),
        ("measures.json", {"measures": [{"name": "per_order", "expression": measure}]}),
    ):
        (folder / name).write_bytes(orjson.dumps(document))
    return Settings(
        rules_file=rules, stores_file=folder / "stores.json", measures_file=folder / "measures.json"
    )


def test_a_silent_store_comes_out_as_an_alert(tmp_path: Path) -> None:
    """With the default rules a silent store, half of all sales, fires; what it explains waits behind it."""
    trade = Trade()
    trade.day(TODAY, range(36, 44), stores=("station",))
    trade.day(TODAY, range(36, 40), stores=("quayside",))
    agent = watch_agent(settings(tmp_path, DEFAULTS))
    told: dict[str, Alert] = {}
    for minute in range(0, 14, 2):
        outcome = agent.on_tick(ELEVEN + minute * timedelta(minutes=1), trade.view, [])
        for record in outcome.records:
            assert record.topic == topics.ALERTS
            assert record.value is not None
            alert = Alert.model_validate_json(record.value)
            told[alert.dedup_key] = alert
    by_key = {key: (alert.rule, alert.scope.key, alert.state.value) for key, alert in told.items()}
    assert sorted(by_key.values(), key=str) == [
        ("last-hour", None, "firing"),
        ("last-hour-region", "North", "pending"),
        ("last-hour-store", "quayside", "pending"),
        ("silent-store", "quayside", "firing"),
    ]
    assert {
        told[key].rule: by_key[told[key].inhibited_by or ""][0] for key in told if told[key].inhibited_by
    } == {
        "last-hour-region": "last-hour",
        "last-hour-store": "silent-store",
    }


@pytest.mark.parametrize(
    "measure, words",
    [("per_order * 2 + kept", "kept is no measure"), ("per_order", "")],
)
def test_a_rule_that_cannot_be_read_is_told_at_the_start(tmp_path: Path, measure: str, words: str) -> None:
    """A measure of one's own may be used in a rule; one that there is not is told with its place."""
    rules = tmp_path / "rules.json"
    rule = {"id": "low", "kind": "threshold", "measure": measure, "below": 1}
    rules.write_bytes(orjson.dumps({"rules": [rule]}))
    if not words:
        assert watch_agent(settings(tmp_path, rules)).alerts == {}
        return
    with pytest.raises(CannotAct, match=words):
        watch_agent(settings(tmp_path, rules))


def test_a_measure_that_cannot_be_read_is_told_at_the_start(tmp_path: Path) -> None:
    """So is a broken measures file."""
    with pytest.raises(CannotAct, match="per_order: cannot be read"):
        watch_agent(settings(tmp_path, DEFAULTS, "net /"))
