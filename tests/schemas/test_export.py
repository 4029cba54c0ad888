"""The generated documents: up to date, and of use to somebody who has only them."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from daybook.schemas.documents import documents
from daybook.schemas.export import FOLDER, drift, export, main


def test_committed_documents_are_those_of_the_models() -> None:
    """What is committed is what the models say now; python -m daybook.schemas.export brings it up to date."""
    assert drift(FOLDER) == []


def test_check_finds_a_changed_a_missing_and_a_left_over_document(tmp_path: Path) -> None:
    """--check exits 1 and writes nothing; a plain run repairs everything, after which --check exits 0."""
    export(tmp_path)
    (tmp_path / "asyncapi.json").write_text("{}")
    (tmp_path / "json" / "event.json").unlink()
    (tmp_path / "json" / "sale.parked.json").write_text("{}")
    wrong = ["asyncapi.json", "json/event.json", "json/sale.parked.json"]
    assert main(["--check"], tmp_path) == 1
    assert drift(tmp_path) == wrong
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0


def test_every_reference_leads_somewhere() -> None:
    """Each $ref in the AsyncAPI document names a part of it or a document beside it."""
    made = documents()
    text = made["asyncapi.json"]
    references = [part.split(b'"')[0].decode() for part in text.split(b'"$ref": "')[1:]]
    assert references
    for reference in references:
        if reference.startswith("./"):
            assert reference.removeprefix("./") in made
            continue
        node = orjson.loads(text)
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


@pytest.mark.parametrize("kind", ["sale.completed", "sale.refunded", "sale.voided", "order.snapshot"])
def test_a_schema_demands_the_type(kind: str) -> None:
    """An event's schema demands its type and refuses unknown fields, as the codec does."""
    schema = orjson.loads(documents()[f"json/{kind}.json"])
    assert "type" in schema["required"]
    assert schema["additionalProperties"] is False
