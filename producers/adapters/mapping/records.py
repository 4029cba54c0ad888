"""The records in a foreign JSON document."""

from __future__ import annotations

from typing import Any

from daybook.producers.adapters.documents import UnreadableError, read_any_json
from daybook.producers.adapters.mapping.document import Form
from daybook.producers.adapters.mapping.values import find


def records_in(body: bytes, mapping: Form) -> list[dict[str, Any]]:
    """The records where the mapping says, or the document itself: one object, or a list of them.

    Raises:
        UnreadableError: it is no JSON, or holds no such records.
    """
    document = read_any_json(body)
    if mapping.records is not None:
        document = find(document, mapping.records) if isinstance(document, dict) else None
    records = document if isinstance(document, list) else [document]
    if not all(isinstance(record, dict) for record in records):
        raise UnreadableError("The document does not hold the records that the mapping names.")
    return records
