"""What all adapters share: exact money, safe documents, identities that stay apart."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from daybook.producers.adapters.documents import UnreadableError, read_json
from daybook.producers.adapters.identity import free_text, identifier, snapshot_version
from daybook.producers.adapters.money import NotMoneyError, minor, unit_price
from daybook.schemas.fields import Identifier
from daybook.schemas.guard import find_personal_data

IDENTIFIERS: TypeAdapter[str] = TypeAdapter(Identifier)


@pytest.mark.parametrize(
    ("value", "currency", "units"),
    [("19.99", "USD", 1999), ("100.0", "JPY", 100), ("1.234", "KWD", 1234), (Decimal("-0.10"), "EUR", -10),
     (7, "GBP", 700), (199.0, "GBP", 19900), ("19.990", "USD", 1999)],
)  # fmt: skip
def test_amounts_become_minor_units_exactly(value: object, currency: str, units: int) -> None:
    """By each currency's own exponent, from texts, integers and exact fractions."""
    assert minor(value, currency) == units


@pytest.mark.parametrize("value", [19.99, "19.999", "1e3", "NaN", True, None, "", "9" * 16, Decimal("NaN")])
def test_what_is_no_exact_amount_is_refused(value: object) -> None:
    """Binary fractions, parts of a cent, exponents and whatever is no number raise the one error."""
    with pytest.raises(NotMoneyError):
        minor(value, "USD")


def test_unit_prices_may_be_finer_than_the_minor_unit() -> None:
    """Fuel at 3.459 keeps its tenth of a cent."""
    assert (unit_price("3.459", "EUR"), unit_price("3.40", "EUR")) == ("345.9", 340)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"\xff", b'{"a": NaN}', b'{"a":' * 65 + b"1" + b"}" * 65, b'{"a": ' + b"9" * 5000 + b"}"],
)
def test_hostile_documents_are_unreadable(body: bytes) -> None:
    """No object, no UTF-8, no number, too deep or too long: one error, and no crash."""
    with pytest.raises(UnreadableError):
        read_json(body)


def test_brackets_in_texts_are_no_depth() -> None:
    """A text may hold any number of brackets."""
    assert read_json(b'{"a": "' + b"[" * 500 + b'\\""}')["a"] == "[" * 500 + '"'


@given(st.text(max_size=300))
def test_whatever_text_makes_an_identifier_or_none(text: str) -> None:
    """An id of any characters and length fits the schema, or is empty where the text is."""
    made = identifier(text)
    assert bool(made) == bool(text.strip())
    if made:
        assert IDENTIFIERS.validate_python(made) == made


@given(st.text(max_size=400) | st.text("0123456789 -", min_size=15, max_size=400))
def test_names_hold_no_personal_data(text: str) -> None:
    """Whatever a product is called, what is kept is short and holds no card number or address."""
    made = free_text(text)
    if made is not None:
        assert find_personal_data(made) is None
        assert 1 <= len(made) <= 200


def test_versions_rise_with_time_before_all() -> None:
    """A later second beats every tie-break of the one before."""
    second = datetime(2026, 3, 14, 10, 15, 30, tzinfo=UTC)
    later = datetime(2026, 3, 14, 10, 15, 31, tzinfo=UTC)
    assert snapshot_version(second, 999_999) < snapshot_version(later)
