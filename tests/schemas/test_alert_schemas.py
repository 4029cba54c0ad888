"""Alerts, commands, notifications, rules and measures as documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from daybook.schemas.alert_commands import ALERT_COMMANDS
from daybook.schemas.alerts import Alert, Match, Silence, Split
from daybook.schemas.measures import MeasuresFile
from daybook.schemas.notifications import Notification
from daybook.schemas.rules import RulesFile
from daybook.schemas.validation import first_problem

EXAMPLES = sorted((Path(__file__).parents[2] / "schemas" / "examples" / "alerts").glob("*.json"))
READERS: dict[str, TypeAdapter[Any]] = {
    "alert": TypeAdapter(Alert),
    "command": ALERT_COMMANDS,
    "notification": TypeAdapter(Notification),
    "measures": TypeAdapter(MeasuresFile),
    "rules": TypeAdapter(RulesFile),
}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_come_back_as_they_went(path: Path) -> None:
    """Each example is valid, and what is written of it is read as the same."""
    read = READERS[path.stem.partition("--")[0]].validate_json(path.read_bytes())
    assert isinstance(read, BaseModel)
    assert type(read).model_validate_json(read.model_dump_json()) == read


def test_every_kind_of_document_has_an_example() -> None:
    """Somebody who has the examples alone has seen one of each."""
    assert {path.stem.partition("--")[0] for path in EXAMPLES} == set(READERS)


def rules(**rule: Any) -> bytes:
    """A rules file with one rule."""
    return orjson.dumps({"rules": [{"id": "r", **rule}]})


@pytest.mark.parametrize(
    "document, words",
    [
        (rules(kind="recnt"), "rules.0: "),
        (rules(kind="recent", minutes=20), "rules.0.recent.minutes: "),
        (rules(kind="recent", drop=5), "rules.0.recent.drop: Extra inputs are not permitted"),
        (rules(kind="recent", drop_percent=20, clears_at_drop_percent=20), "must be below drop_percent"),
        (rules(kind="target", chance_below=30), "clears_at_chance: must be above chance_below"),
        (rules(kind="threshold", measure="net"), "below, above: one of them is needed"),
        (rules(kind="threshold", measure="net", below=1, above=2), "one of them is needed"),
        (rules(kind="threshold", measure="net", below=1.5), "rules.0.threshold.below"),
        (
            rules(kind="threshold", measure="net", below=1, dimension="staff", minutes=60),
            "minutes: only for all, region and store",
        ),
        (rules(kind="silent", evaluations=1), "rules.0.silent.evaluations: "),
        (rules(kind="feed", above_percent=1, clears_at_percent=2), "must not be above above_percent"),
        (b'{"rules": [{"id": "r", "kind": "silent"}, {"id": "r", "kind": "feed"}]}', "rules: r stands there"),
        (
            b'{"rules": [], "routes": [{"name": "a", "receivers": ["b"]}]}',
            "the receiver b, which there is not",
        ),
        (b'{"rules": [], "receivers": [{"id": "a", "type": "webhook", "url": "ftp://x"}]}', "webhook.url"),
        (
            b'{"rules": [], "receivers": [{"id": "a", "type": "pagerduty", "routing_key": "k"}]}',
            "routing_key_file: Field required",
        ),
    ],
)
def test_a_wrong_rules_file_says_what_and_where(document: bytes, words: str) -> None:
    """What is wrong with a rules file is told with its place, and no secret can stand in it."""
    with pytest.raises(ValidationError) as refused:
        RulesFile.model_validate_json(document)
    assert words in first_problem(refused.value)


def test_a_split_that_does_not_add_up_is_no_split() -> None:
    """Neither the parts nor a breakdown may differ from the shortfall by a single minor unit."""
    parts = [{"name": "orders", "amount": -7}]
    stores = {"dimension": "store", "rows": [{"name": "a", "amount": -5}], "rest": -2}
    Split.model_validate_json(orjson.dumps({"shortfall": -7, "parts": parts, "breakdowns": [stores]}))
    for wrong in (
        {"shortfall": -8, "parts": parts},
        {"shortfall": -7, "parts": parts, "breakdowns": [{**stores, "rest": -1}]},
    ):
        with pytest.raises(ValidationError, match="do not add up"):
            Split.model_validate_json(orjson.dumps(wrong))


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"ends_at": "2026-03-10T18:00:00Z"}, "not after starts_at"),
        ({"match": {}}, "names nothing"),
    ],
)
def test_a_silence_ends_and_means_something(changes: dict[str, Any], words: str) -> None:
    """There is no silence without an end, and none over everything by mistake."""
    silence = {
        "silence_id": "s",
        "match": {"stores": ["quayside"]},
        "starts_at": "2026-03-10T18:00:00Z",
        "ends_at": "2026-03-10T19:00:00Z",
        "by": "ann",
        "reason": "stocktaking",
    }
    assert Silence.model_validate_json(orjson.dumps(silence)).match == Match(stores=["quayside"])
    with pytest.raises(ValidationError, match=words):
        Silence.model_validate_json(orjson.dumps({**silence, **changes}))
