"""Counting in columns and counting one by one are the same, whatever comes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any, Final

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybook.ledger.columns.reading import SaleReader
from daybook.ledger.messages import decode_totals
from daybook.ledger.remembered import HOUR_MS
from daybook.ledger.state import PartitionLedger, Record
from daybook.schemas.codec import EventRefused, decode_event
from tests.ledger.events import CALENDAR, EPOCH, NOON_MS, line, records, refund, sale, snapshot, store_figures

IN_COLUMNS, ONE_BY_ONE = 1, sys.maxsize
KINDS: Final = ("product", "product", "service", "shipping", "tip", "gift_card", "fee", "adjustment")
ODD: Final[tuple[Any, ...]] = (
    None, True, False, 0, 1, -1, 1.0, 1.5, 10**12, 10**12 + 1, 2**31, 2**31 + 1, 2**63, 10**30, "1", "1.50",
    "", "x", "leeds", "a b", "4111 1111 1111 1111", "ann@example.org", "Käse", "\u0000", "a\nb", "\u2028",
    "zürich", "GBP", "XXX", "pos", "2026-11-24", "2026-11-24T12:00:00.1234567Z", "2026-02-30T12:00:00Z",
    "2026-11-24 12:00:00Z", "2026-11-24T12:00:00+25:00", "2026-11-30T12:00:00Z", "2026-11-01T12:00:00Z",
    [], {}, [1], {"a": 1},
)  # fmt: skip
"""Values that a field may or may not take."""


@st.composite
def sale_lines(draw: st.DrawFn) -> dict[str, Any]:
    """A line that holds together, in all its variety."""
    kind = draw(st.sampled_from(KINDS))
    quantity, price = draw(st.integers(0, 5)), draw(st.sampled_from([0, 1, 2, 3, 99, 2499, 2**31, 10**12]))
    amount = quantity * price
    made: dict[str, Any] = {"kind": kind, "quantity": quantity, "unit_price": price, "amount": amount}
    if kind == "adjustment":
        made |= {"unit_price": -price, "amount": -amount}
    else:
        discount = draw(st.integers(0, amount))
        made |= {"discount": discount, "tax": draw(st.integers(0, amount - discount))}
        made["tax_included"] = draw(st.booleans())
    if quantity and draw(st.integers(0, 9)) == 0 and kind == "product":
        made |= {"quantity": f"{quantity}.000", "weighed": draw(st.booleans())}
    for field, texts in (
        ("product_id", ["mug", "pan", "a/b:c"]),
        ("category", ["Kitchen", "Käse", "10 % off"]),
        ("name", ["Mug", "Teapot \u2615"]),
    ):
        if draw(st.integers(0, 3)):
            made[field] = draw(st.sampled_from(texts))
    return made


def rate(written: str, currency: str = "EUR", **more: Any) -> dict[str, Any]:
    """A rate to a reporting currency."""
    return {
        "currency": currency, "rate": written, "source": "ecb", "time": "2026-11-24T00:00:00Z", **more,
    }  # fmt: skip


@st.composite
def sales(draw: st.DrawFn) -> dict[str, Any]:
    """A valid sale; its id may be another's too."""
    more: dict[str, Any] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {
        "region": st.sampled_from(["East", None]),
        "campaign": st.just("Spring letter"),
        "customer": st.sampled_from(["0a" * 16, None]),
        "till_id": st.sampled_from(["t-1", None]),
        "revenue_stream": st.sampled_from(["recurring", "contract"]),
        "test": st.booleans(),
        "staff": st.sampled_from(
            [[], [{"staff_id": "ann"}], [{"staff_id": "ann", "share": 3}, {"staff_id": "bob"}]]
        ),
        "business_date": st.sampled_from(["2026-11-23", None]),
        "reporting": st.sampled_from(
            [None, rate("1.17"), rate("0.855"), rate("2.5", "KWD"), rate("999.999999"), rate("0", "JPY")]
        ),
    }
    for field in sorted(draw(st.sets(st.sampled_from(sorted(optional)), max_size=5))):
        more[field] = draw(optional[field])
    more |= {
        "time": draw(st.sampled_from([
            "2026-11-24T12:00:00Z", "2026-11-24T12:00:00.5+00:00", "2026-11-24T23:59:59.999999-05:00",
            "2026-11-24T03:59:59+00:00", "2026-11-20T11:00:00+05:30", "2026-11-24 12:00:00Z",
        ])),
        "store_id": draw(st.sampled_from(["leeds", "leeds", "bar", "mover", "nowhere"])),
        "channel": draw(st.sampled_from(["pos", "ecommerce", "crm"])),
        "currency": draw(st.sampled_from(["GBP", "GBP", "JPY"])),
    }  # fmt: skip
    return sale(f"s{draw(st.integers(0, 30))}", *draw(st.lists(sale_lines(), min_size=1, max_size=3)), **more)


@st.composite
def others(draw: st.DrawFn) -> dict[str, Any]:
    """What is no sale: a refund or a snapshot, under ids that sales have too."""
    number, day = draw(st.integers(0, 30)), draw(st.sampled_from(["2026-11-24", "2026-11-22"]))
    if draw(st.booleans()):
        back = {"product_id": "mug", "amount": 60, "tax": 10}
        return refund(f"s{number}", back, origin_time=f"{day}T12:00:00Z")
    return snapshot(f"s{number % 4}", draw(st.integers(0, 3)), line(draw(st.integers(0, 500))))


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A sale with one thing changed in the document or in its bytes; it may still be valid."""
    raw = draw(sales())
    if draw(st.booleans()):
        reporting = [raw["reporting"]] if raw.get("reporting") else []
        place = draw(st.sampled_from([raw, raw["lines"][0], *raw.get("staff", []), *reporting]))
        names = sorted({*place, "reporting", "category", "campaign", "surprise"})
        place[draw(st.sampled_from(names))] = draw(st.sampled_from(ODD))
        return json.dumps(raw).encode()  # orjson has no number above 64 bits
    return draw(st.sampled_from(BYTES))(orjson.dumps(raw))


def _reordered(value: bytes) -> bytes:
    return orjson.dumps(dict(reversed(orjson.loads(value).items())))


BYTES: Final[tuple[Callable[[bytes], bytes], ...]] = (
    _reordered,
    lambda value: orjson.dumps(orjson.loads(value), option=orjson.OPT_INDENT_2),
    lambda value: b"\n " + value.replace(b",", b",\n\t") + b"\r\n",
    lambda value: value.replace(b'"source"', b'"sour\\u0063e"'),
    lambda value: value.replace(b"mug", b"m\\u0075g"),
    lambda value: value.replace(b"mug", b"\\ud83d\\ude00"),
    lambda value: value.replace(b"Mug", b"\\ud83d"),
    lambda value: value.replace(b"till-1", b"till-\xff"),
    lambda value: value.replace(b"till-1", b"till-1\xed\xa0\x80"),
    lambda value: value[:-1] + b',"charged":0}',
    lambda value: b'{"type":"sale.completed",' + value[1:],
    lambda value: b'{"type":"order.snapshot",' + value[1:],
    lambda value: value.replace(b'"type":"sale.completed",', b""),
    lambda value: value.replace(b'"quantity":1', b'"quantity":1.0'),
    lambda value: value.replace(b'"quantity":1', b'"quantity":1e0'),
    lambda value: value.replace(b'"quantity":1', b'"quantity":01'),
    lambda value: value.replace(b'"tax":0', b'"tax":-0'),
    lambda value: value.replace(b'"lines"', b'"line"'),
    lambda value: value + value,
    lambda value: value + b"\n" + value,
    lambda value: value[: len(value) // 2],
    lambda value: b"\xef\xbb\xbf" + value,
    lambda value: b"[" + value + b"]",
    lambda _: b"",
    lambda value: value.replace(b'"1.0"', b'"1.1"'),
)


def everything(made: PartitionLedger) -> dict[str, Any]:
    """All that a ledger holds and tells, in an order of its own."""
    told = made.take_checkpoint()
    return {
        "position": made.position,
        "totals": dict(made.totals.items()),
        "orders": made.orders,
        "dead in a row": made.consecutive_dead,
        "outcomes": told.outcomes,
        "dead letters": told.dead_letters,
        "told": sorted((key, decode_totals(value)) for key, value in told.totals),
        "ids": sorted((key, value) for key, value in told.changelog if key.startswith(b"ids|")),
        "keys": sorted(key for key, _ in told.changelog),
    }


events = st.lists(
    st.one_of(sales().map(orjson.dumps), sales().map(orjson.dumps), others().map(orjson.dumps), damaged()),
    min_size=1,
    max_size=12,
)


@given(events, st.sampled_from([0, 40, -30]), st.data())
@settings(max_examples=300, deadline=None)
def test_columns_change_nothing_but_the_speed(values: list[bytes], hours: int, data: st.DataObject) -> None:
    """Valid and damaged events give the same totals, outcomes, dead letters and checkpoints either way."""
    ways = [PartitionLedger(0, EPOCH, CALENDAR, columns_from=way) for way in (IN_COLUMNS, ONE_BY_ONE)]
    values = values + data.draw(st.lists(st.sampled_from(values), max_size=4))
    cut = data.draw(st.integers(0, len(values)))
    log = [Record(i, NOON_MS + hours * HOUR_MS + i, value) for i, value in enumerate(values)]
    for made in ways:
        made.fold(log[:cut])
        made.fold(log[cut:])
    in_columns, one_by_one = map(everything, ways)
    assert in_columns == one_by_one


@given(events, st.data())
@settings(max_examples=100, deadline=None)
def test_lookups_of_late_events_end_the_same(values: list[bytes], data: st.DataObject) -> None:
    """Once identities are forgotten, late events are looked up, and what comes of it is the same."""
    ways = [PartitionLedger(0, EPOCH, CALENDAR, columns_from=way) for way in (IN_COLUMNS, ONE_BY_ONE)]
    at = [NOON_MS + data.draw(st.sampled_from([0, 100])) * HOUR_MS for _ in values]
    log = [Record(i, when, value) for i, (when, value) in enumerate(zip(at, values, strict=True))]
    asked = []
    answer = data.draw(st.sampled_from(["none known", "half known", "nobody answers"]))
    for made in ways:
        made.remembered.forgotten_before = 1
        batch = made.decode(log)
        unverified = sorted(late.identity for late in made.unverified(batch))
        asked.append(unverified)
        known = {"none known": (), "half known": set(unverified[::2]), "nobody answers": None}[answer]
        made.apply(batch, known)
    assert asked[0] == asked[1]
    in_columns, one_by_one = map(everything, ways)
    assert in_columns == one_by_one


@given(damaged())
@settings(max_examples=300, deadline=None)
def test_columns_take_only_what_pydantic_takes(value: bytes) -> None:
    """What is read into columns is valid by the schemas."""
    read = SaleReader().read(records([value]), CALENDAR, 0, late=True)
    if read is not None and len(read):
        decode_event(value)


def test_ordinary_sales_are_read_in_columns() -> None:
    """The fast way is taken where it is meant to be, and not for what it does not know."""
    values = [
        sale("1", line(100), region="East", campaign="Spring letter", customer="0a" * 16, till_id="t-1"),
        sale("2", line(-5, kind="adjustment"), line(10, kind="tip"), staff=[{"staff_id": "ann"}], test=True),
        sale("3", line(2**31), time="2026-11-24T12:00:00.123+01:00"),
        sale("4", line(2**31 + 1)),
        refund("5", {"amount": 1}),
        sale("6", line(1), store_id="nowhere"),
        sale("7", line(1), time="2026-11-24T12:00Z"),
        sale("8", line(1), reporting=rate("1.17")),
        sale("9", line(1), reporting=rate("123456.123457")),
    ]
    read = SaleReader().read(records(values), CALENDAR, 0, late=False)
    assert read is not None
    assert read.places.tolist() == [0, 1, 2, 7]


@pytest.mark.parametrize("more", [
    {"event_id": "a\nb"}, {"order_id": "a b"}, {"customer": "0a" * 16 + "\n" + "0a" * 16}, {"till_id": ""},
    {"time": "2026-11-24T12:00:00.1234567Z"}, {"time": "2026-11-24T12:00:00Z\0"},
    {"time": "2026-11-31T12:00:00Z"},
    {"time": "2026-11-25T12:00:01Z"}, {"region": "4111 1111 1111 1111"}, {"campaign": "ann@example.org"},
    {"currency": "XXX"}, {"surprise": None}, {"charged": 1}, {"staff": [{"staff_id": "a b"}]},
    {"source": "x" * 800_000}, {"reporting": rate("1.1", "XXX")}, {"reporting": rate("1,1")},
    {"reporting": rate("1.1", source="ann@example.org")}, {"reporting": rate("1.1", time="2026-11-31")},
])  # fmt: skip
def test_what_is_not_valid_is_left_to_pydantic(more: dict[str, Any]) -> None:
    """One sale among others that may not be counted in columns; the others are."""
    values = [sale("1", line(100)), sale("2", line(100)) | more, sale("3", line(100))]
    read = SaleReader().read(records(values), CALENDAR, 0, late=True)
    assert read is not None
    assert read.places.tolist() == [0, 2]


def test_tax_inside_is_rounded_half_away_from_zero() -> None:
    """3 less 1, with 1 of tax inside: gross is 3 - round(1.5)."""
    values = [sale("1", line(3, discount=1, tax=1, tax_included=True))]
    made = PartitionLedger(0, EPOCH, CALENDAR, columns_from=IN_COLUMNS)
    made.fold(records(values))
    assert store_figures(made, "2026-11-24").gross == 1


def test_damage_is_of_both_kinds() -> None:
    """The made-up damage holds events that are refused and events that are not."""
    whole = orjson.dumps(sale("1", line(100, name="Mug", tax=0), source="till-1"))
    refused = 0
    for change in BYTES:
        try:
            decode_event(change(whole))
        except EventRefused:
            refused += 1
    assert 5 < refused < len(BYTES) - 5
