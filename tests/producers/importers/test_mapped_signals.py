"""A mapping document of signals: what any other system tells, from files and webhooks."""

from __future__ import annotations

import io
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from daybook.producers.adapters.contract import Untranslatable
from daybook.producers.adapters.mapping import MappingAdapter
from daybook.producers.adapters.mapping.document import MappingFile
from daybook.producers.importers.mapped import FileOrigin, Tally, csv_records, mapped_events
from daybook.schemas.signals.customers import SatisfactionAnswered
from daybook.schemas.signals.revenue import DealChanged
from tests.producers.adapters.books import connection

SURVEY = {
    "money": "major",
    "time": "%d/%m/%Y %H:%M",
    "zone": "Europe/London",
    "when": [{"field": "state", "one_of": ["done"]}],
    "signal": {"const": "satisfaction.answered"},
    "fields": {
        "subject_id": "id",
        "time": "at",
        "kind": {"const": "csat"},
        "score": "stars",
        "topic": {"field": "about", "table": {"Parcel": "delivery"}, "default": "other"},
        "comment": "said",
        "value": "stars",
    },
}
ANSWER = {"id": 7, "at": "24/11/2026 14:05", "stars": "4", "about": "Parcel", "state": "done"}
ORIGIN = FileOrigin("survey:old", "web")


def mapped(record: dict[str, Any], document: dict[str, Any] = SURVEY) -> Any:
    """What a webhook of this record means."""
    made = MappingAdapter(MappingFile.model_validate(document).root)
    return made.translate(record, "", connection("mapping"), {})


def test_a_survey_becomes_answers_with_times_and_topics_of_ours() -> None:
    """Its fields are read by the mapping; those of other types, and half done answers, are left out."""
    (told,) = mapped(ANSWER).signals
    assert isinstance(told, SatisfactionAnswered)
    assert (told.score, told.topic, told.subject_id, told.store_id) == (4, "delivery", "7", "web")
    assert told.time.isoformat() == "2026-11-24T14:05:00Z".replace("Z", "+00:00")
    assert mapped(ANSWER).signals == (told,)
    assert mapped({**ANSWER, "state": "begun"}).ignored == "not_meant"


def test_personal_data_is_taken_out_of_a_comment() -> None:
    """The address is gone, the answer counts."""
    (told,) = mapped({**ANSWER, "said": "call me: kim@example.org"}).signals
    assert "kim@" not in (told.comment or "")


def test_amounts_are_exact_and_in_the_minor_unit() -> None:
    """A deal of 1,200.50 is 120,050; what is missing is told by field."""
    fields = {
        **{
            name: name for name in ("subject_id", "time", "version", "status", "stage", "value", "created_at")
        },
        "currency": {"const": "EUR"},
    }
    document = {"money": "major", "signal": {"const": "deal.changed"}, "fields": fields}
    deal = {
        "subject_id": "d-1", "time": "2026-03-02T09:00:00Z", "version": 2, "status": "won", "stage": "end",
        "value": "1200.50", "created_at": "2026-03-01T09:00:00Z",
    }  # fmt: skip
    (told,) = mapped(deal, document).signals
    assert isinstance(told, DealChanged)
    assert told.value == 120_050
    with pytest.raises(Untranslatable, match="stage"):
        mapped({**deal, "stage": None}, document)


def test_a_csv_file_becomes_signals_and_its_bad_rows_are_told() -> None:
    """Of two rows one is good; the other's score is refused with its line."""
    file = io.BytesIO(b"id,at,stars,state\n1,24/11/2026 14:05,5,done\n2,24/11/2026 14:06,9,done\n")
    mapping = MappingFile.model_validate(SURVEY).root
    tally = Tally()
    (told,) = mapped_events(csv_records(file, mapping), mapping, ORIGIN, tally)
    assert isinstance(told, SatisfactionAnswered)
    assert [bad.line for bad in tally.bad] == [3]


def test_a_document_is_of_sales_or_of_signals() -> None:
    """One with a signal is read as such, and an error in it names its own field."""
    with pytest.raises(ValidationError, match="fields"):
        MappingFile.model_validate_json(orjson.dumps({"money": "major", "signal": "kind"}))
    with pytest.raises(ValidationError, match="type"):
        MappingFile.model_validate_json(orjson.dumps({"money": "major"}))
    with pytest.raises(Untranslatable, match="must become one of"):
        mapped(ANSWER, {**SURVEY, "signal": {"const": "sale.completed"}})
