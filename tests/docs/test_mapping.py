"""The page about mapping documents, by its own example."""

from __future__ import annotations

import re

from daybook.producers.adapters.documents import read_json
from daybook.producers.adapters.mapping import Mapping
from daybook.producers.adapters.mapping.orders import translate_record
from daybook.producers.importers.mapped import FileOrigin
from daybook.schemas.events import SaleCompleted
from tests.support.tree import ROOT


def test_the_pages_mapping_makes_an_event_of_the_pages_record() -> None:
    """The two documents on the page fit each other, to the till's own sum."""
    text = (ROOT / "docs" / "mapping.md").read_text("utf-8")
    sample, document = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    mapping = Mapping.model_validate_json(document)
    (event,) = translate_record(read_json(sample.encode()), mapping, FileOrigin("old", "leeds")).events
    assert isinstance(event, SaleCompleted)
    assert (event.order_id, event.store_id, event.charged) == ("17", "leeds", 1449)
    assert event.time.isoformat() == "2026-11-24T14:05:00+00:00"
