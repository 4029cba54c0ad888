"""Files of any system: CSV and JSON, by a mapping document."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from daybook.cli.main import main
from daybook.producers.adapters.contract import Delivery, SecretReference, Shop, Untranslatable
from daybook.producers.adapters.mapping import Mapping, MappingAdapter
from daybook.producers.adapters.signatures import sign_base64, sign_hex
from daybook.producers.importers.mapped import (
    OWN_COLUMNS,
    FileOrigin,
    Tally,
    csv_records,
    json_line_records,
    mapped_events,
)
from daybook.producers.importers.rows import FileFormatError
from daybook.schemas.codec import decode_event, encode_event
from daybook.schemas.events import ReportingRate, SaleCompleted, SaleEvent, SaleRefunded

ORIGIN = FileOrigin("csv:old-till", "leeds", time_zone="Europe/London", currency="GBP")
MAPPING = Mapping.model_validate(
    {
        "money": "major",
        "time": "%d/%m/%Y %H:%M",
        "decimal_comma": True,
        "when": [{"field": "status", "one_of": ["paid", "returned"]}],
        "type": {"field": "status", "table": {"paid": "sale.completed", "returned": "sale.refunded"}},
        "event": {
            "order_id": "receipt.number",
            "time": "receipt.closed",
            "store_id": {"field": "shop", "table": {"1": "leeds", "2": "york"}},
            "channel": {"const": "pos"},
            "discount": "off",
            "charged": "sum",
            "test": "training",
        },
        "lines": {
            "each": "items",
            "fields": {
                "product_id": "sku",
                "quantity": "n",
                "unit_price": "price",
                "amount": "total",
                "tax": "vat",
                "tax_included": {"const": True},
            },
        },
    }
)
RECORD: dict[str, Any] = {
    "status": "paid",
    "shop": 2,
    "off": "5,00",
    "sum": "25,47",
    "training": "no",
    "receipt": {"number": "R 17", "closed": "24/11/2026 14:05"},
    "items": [
        {"sku": "MUG", "n": 2, "price": "11,99", "vat": "3,34"},
        {"sku": "PEN", "n": "1", "total": "6,49", "vat": "0,26"},
    ],
}
SHOP = Shop(
    name="old", adapter="mapping", source="hook:old", store_id="leeds", currency="GBP",
    secrets=(SecretReference(env="UNUSED"),),
)  # fmt: skip


def events(csv: str, origin: FileOrigin = ORIGIN) -> tuple[list[SaleEvent], Tally]:
    """What a CSV file with our own columns gives."""
    tally = Tally()
    records = csv_records(io.BytesIO(csv.encode()), OWN_COLUMNS)
    made = mapped_events(records, OWN_COLUMNS, origin, tally)
    return [event for event in made if isinstance(event, SaleEvent)], tally


def translated(record: dict[str, Any]) -> SaleEvent:
    """The one event of a record."""
    (event,) = MappingAdapter(MAPPING).translate(record, "", SHOP, {}).events
    return event


def test_rows_that_follow_each_other_are_one_order() -> None:
    """Two rows of order 1 are its lines; prices are exact; local times have the store's offset."""
    made, tally = events(
        "order_id,time,product_id,quantity,unit_price,tax,staff_id\n"
        "1,2026-07-01 10:00,FUEL,30.5,1.459,,ann\n"
        "1,2026-07-01 10:00,MUG,2,11.99,4.80,ann\n"
        "2,2026-07-01 10:05,MUG,1,11.99,2.40,\n"
    )
    assert (tally.records, tally.bad) == (2, [])
    first, second = made
    assert isinstance(first, SaleCompleted)
    assert [line.amount for line in first.lines] == [4450, 2398]
    assert first.charged == 4450 + 2398 + 480
    assert first.time.isoformat() == "2026-07-01T09:00:00+00:00"
    assert (first.source, first.store_id, first.currency) == ("csv:old-till", "leeds", "GBP")
    assert first.staff[0].staff_id == "ann"
    assert (second.order_id, second.event_id) == ("2", "completed-2")


def test_the_same_file_gives_the_same_events_and_equal_rows_both_count() -> None:
    """Identities come from the rows' own ids, so a file with more rows repeats what it held before."""
    rows = "order_id,time,amount\n1,2026-07-01T10:00Z,5\n1,2026-07-01T10:00Z,5\n"
    (once,), _ = events(rows)
    (again, _), _ = events(rows + "2,2026-07-01T11:00Z,7\n")
    assert encode_event(once) == encode_event(again)
    assert isinstance(once, SaleCompleted)
    assert once.charged == 1000


def test_a_bad_row_is_told_by_its_line_and_holds_up_no_good_one() -> None:
    """No price, an impossible time, a sum that does not add up: each with its line; the others are events."""
    made, tally = events(
        "order_id;time;amount;charged\n"
        "1;2026-07-01T10:00Z;5;5\n2;2026-07-01T10:00Z;;\n3;yesterday;5;5\n4;2026-07-01T10:00Z;5;6\n"
        "5;2026-07-01T10:00Z;1;1\n"
    )
    assert [event.order_id for event in made] == ["1", "5"]
    assert [(bad.line, bad.problems[0].reason.value) for bad in tally.bad] == [
        (3, "missing_field"),
        (4, "bad_format"),
        (5, "order_sum"),
    ]


def test_rows_of_one_order_that_are_scattered_are_refused() -> None:
    """Taken for an order of its own, the second half would count as a repeat and be lost."""
    made, tally = events(
        "order_id,time,amount\n1,2026-07-01T10:00Z,5\n2,2026-07-01T10:00Z,6\n1,2026-07-01T10:00Z,7\n"
    )
    assert [event.order_id for event in made] == ["1", "2"]
    assert [(bad.line, "sort the file" in bad.problems[0].detail) for bad in tally.bad] == [(4, True)]


@pytest.mark.parametrize("csv", ["", "a,a\n1,2\n", "time,amount\n2026-07-01T10:00Z,5\n"])
def test_a_file_that_is_not_in_the_format_is_said_to_be(csv: str) -> None:
    """No header, two columns of one name, or no column to group rows by."""
    with pytest.raises(FileFormatError):
        events(csv)


def test_a_mapped_record_keeps_its_systems_own_sum() -> None:
    """The definitions' worked example with comma decimals: 25.47 charged, 5.00 shared by amount."""
    event = translated(RECORD)
    assert isinstance(event, SaleCompleted)
    assert (event.order_id, event.store_id, event.charged) == ("R~2017", "york", 2547)
    assert [(line.amount, line.discount, line.tax) for line in event.lines] == [
        (2398, 394, 334),
        (649, 106, 26),
    ]
    with pytest.raises(Untranslatable, match="order_sum"):
        translated(RECORD | {"sum": "25,48"})


def test_a_return_is_a_refund_with_the_tax_in_it() -> None:
    """Amounts of a refund are what is given back; without the sale's time its origin is unknown."""
    items = [{"sku": "MUG", "n": 1, "price": "10,02", "vat": "1,67"}]
    event = translated({**RECORD, "status": "returned", "items": items})
    assert isinstance(event, SaleRefunded)
    assert (event.refunded, event.origin_time) == (1002, None)
    assert event.lines is not None
    assert event.lines[0].tax == 167


def test_a_sale_takes_its_connections_reporting_rate() -> None:
    """The newest rate that is not younger than the sale, which its refund would reuse."""
    rates = [
        ReportingRate(currency="USD", rate=rate, source="bank", time=datetime(2026, 11, day, tzinfo=UTC))
        for day, rate in ((23, "1.31"), (24, "1.32"), (25, "1.33"))
    ]
    shop = SHOP.model_copy(update={"rates": tuple(rates)})
    (event,) = MappingAdapter(MAPPING).translate(RECORD, "", shop, {}).events
    assert event.reporting == rates[1]


def test_what_the_mapping_leaves_out_is_ignored_and_what_it_does_not_know_is_not() -> None:
    """An open order is no sale; a shop that the table does not name has an unknown meaning."""
    assert (
        MappingAdapter(MAPPING).translate({**RECORD, "status": "open"}, "", SHOP, {}).ignored == "not_meant"
    )
    with pytest.raises(Untranslatable, match="shop"):
        translated({**RECORD, "shop": 9})


def test_lines_of_json_are_records() -> None:
    """A broken line is told with its number; blank lines are nothing."""
    data = orjson.dumps(RECORD) + b"\n\n{\n" + orjson.dumps({**RECORD, "receipt": {"number": 18}}) + b"\n"
    tally = Tally()
    made = list(mapped_events(json_line_records(io.BytesIO(data)), MAPPING, ORIGIN, tally))
    assert len(made) == 1
    assert [(bad.line, bad.problems[0].reason.value) for bad in tally.bad] == [
        (3, "malformed_json"),
        (4, "missing_field"),
    ]


def test_a_delivery_is_signed_or_logs_in() -> None:
    """Hex, base64 or a basic login by any secret in force; nothing else, and no changed body."""
    adapter, body = MappingAdapter(MAPPING), orjson.dumps(RECORD)
    secrets = (b"new", b"old:pass")

    def refused(body: bytes = body, **headers: str) -> str | None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return adapter.verify(Delivery(body, named), SHOP, secrets, None)  # type: ignore[arg-type]  # no clock read

    assert refused(x_signature=sign_hex(b"new", body)) is None
    assert refused(x_signature="sha256=" + sign_hex(b"old:pass", body)) is None
    assert refused(x_signature=sign_base64(b"new", body)) is None
    assert refused(authorization="Basic b2xkOnBhc3M=") is None
    assert refused(authorization="Basic b2xkOndyb25n") == "signature_wrong"
    assert refused(x_signature=sign_hex(b"other", body)) == "signature_wrong"
    assert refused(body + b" ", x_signature=sign_hex(b"new", body)) == "signature_wrong"
    assert refused() == "signature_missing"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.decimals(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(RECORD)), JSON, st.sampled_from([None, "sku", "n", "price", "total", "vat"]))
def test_whatever_a_field_holds_it_is_an_event_or_a_reason(
    field: str, value: Any, in_line: str | None
) -> None:
    """Any JSON in any field: a valid event, nothing, or a problem that names a field; never another error."""
    record = {**RECORD, field: value}
    if in_line is not None:
        record["items"] = [{**RECORD["items"][0], in_line: value}]
    try:
        translation = MappingAdapter(MAPPING).translate(record, "", SHOP, {})
    except Untranslatable:
        return
    for event in translation.events:
        assert decode_event(encode_event(event)) == event


@pytest.mark.parametrize(
    "change",
    [
        {"event": {"order_id": "a"}},
        {"type": {"field": "a", "const": "b"}},
        {"type": {}},
        {"when": [{"field": "a"}]},
        {"time": "whenever"},
        {"lines": {"fields": {"product_id": "a"}}},
        {"surprise": 1},
    ],
)
def test_a_wrong_mapping_is_refused(change: dict[str, Any]) -> None:
    """What is missing, said twice, unknown or misspelt does not wait for the first record to be found."""
    with pytest.raises(ValueError, match=r"validation error"):
        Mapping.model_validate(MAPPING.model_dump(exclude_none=True) | change)


def test_the_published_schema_is_that_of_mapping_documents() -> None:
    """The command prints a JSON Schema with every field of a mapping, a path in the place of a value too."""
    printed = CliRunner().invoke(main, ["mapping", "schema"])
    kinds = orjson.loads(printed.stdout)["$defs"]
    schema = kinds["Mapping"]
    assert set(kinds["SignalMapping"]["required"]) == {"money", "signal", "fields"}
    assert (printed.exit_code, set(schema["properties"])) == (0, set(Mapping.model_fields))
    assert set(schema["required"]) == {"money", "type", "event"}
    assert {"$ref", "type"} <= {name for way in schema["properties"]["type"]["anyOf"] for name in way}
