"""The personal-data guard, over texts that nobody thought of."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybook.schemas.codec import EventRefused, Reason, decode_event
from daybook.schemas.guard import PersonalData, find_personal_data, luhn, redact

# Prefix and length of a card of each of the larger schemes.
CARDS = st.sampled_from(
    [("4", 16), ("4", 19), ("52", 16), ("2221", 16), ("37", 15), ("6011", 16), ("3530", 16)]
)
FREE_TEXT = ["name", "category", "region", "campaign", "rate_source"]
IDENTIFIERS = ["source", "event_id", "order_id", "store_id", "till_id", "staff_id", "product_id"]


def completed(prefix: str, length: int, seed: int) -> str:
    """A number with the prefix and the length whose last digit makes it pass the Luhn check."""
    body = prefix + str(seed).zfill(length)[-(length - len(prefix) - 1) :]
    return next(body + digit for digit in "0123456789" if luhn(body + digit))


@st.composite
def card_numbers(draw: st.DrawFn) -> str:
    """Card numbers, written together or in groups of four."""
    prefix, length = draw(CARDS)
    number = completed(prefix, length, draw(st.integers(0, 10**18)))
    separator = draw(st.sampled_from(["", " ", "-"]))
    return separator.join(number[i : i + 4] for i in range(0, length, 4))


def event_with(field: str, text: str) -> bytes:
    """A valid sale, but for the text in one of its fields."""
    line: dict[str, Any] = {"product_id": "MUG", "unit_price": 100, "amount": 100}
    event: dict[str, Any] = {
        "schema_version": "1.0",
        "type": "sale.completed",
        "source": "till-7",
        "event_id": "1",
        "time": "2026-03-14T10:15:30+00:00",
        "order_id": "A-1",
        "store_id": "high-street",
        "channel": "pos",
        "currency": "GBP",
        "lines": [line],
        "charged": 100,
    }
    if field in {"name", "category", "product_id"}:
        line[field] = text
    elif field == "staff_id":
        event["staff"] = [{"staff_id": text}]
    elif field == "rate_source":
        rate = {"currency": "EUR", "rate": "1.1", "source": text, "time": "2026-03-14T00:00:00Z"}
        event["reporting"] = rate
    else:
        event[field] = text
    return orjson.dumps(event)


@pytest.mark.parametrize("field", FREE_TEXT)
@given(card=card_numbers(), before=st.sampled_from(["", "paid ", "no. 12 ", "x", "3 "]))
def test_a_card_number_in_any_free_text_is_refused(field: str, card: str, before: str) -> None:
    """Whatever stands before it, a card number in a free text refuses the event."""
    with pytest.raises(EventRefused) as refused:
        decode_event(event_with(field, before + card))
    assert refused.value.problem.reason is Reason.CARD


@pytest.mark.parametrize("field", FREE_TEXT)
@given(address=st.from_regex(r"[a-z]{1,8}(\.[a-z]{1,8})?@[a-z]{1,8}\.(com|co\.uk|example)", fullmatch=True))
def test_an_email_address_in_any_free_text_is_refused(field: str, address: str) -> None:
    """An email address in a free text refuses the event, also between other words."""
    with pytest.raises(EventRefused) as refused:
        decode_event(event_with(field, f"for {address}, thanks"))
    assert refused.value.problem.reason is Reason.EMAIL


@pytest.mark.parametrize("field", IDENTIFIERS)
@given(number=CARDS.flatmap(lambda c: st.integers(0, 10**18).map(lambda seed: completed(*c, seed))))
def test_an_identifier_that_passes_luhn_is_none_of_the_guards_business(field: str, number: str) -> None:
    """Ids and article numbers pass the Luhn check by chance, and the event counts all the same."""
    decode_event(event_with(field, number))


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",  # fails the check
        "411111111111111",  # 15 digits are no Visa
        "41111111111111111111",  # 20 digits are no card
        "9999 9999 9999 9995",  # no issuer
        "Mug @ 3 for 2",
        "Size 38-40-42, EAN 5012345678900",
        "a@b",
    ],
)
def test_what_only_looks_like_it_passes(text: str) -> None:
    """Long numbers and signs of everyday product names are let through."""
    assert find_personal_data(text) is None


@pytest.mark.parametrize("text", ["4111111111111111", "٤١١١١١١١١١١١١١١١"])
def test_digits_of_any_script_are_read(text: str) -> None:
    """Full-width and Arabic digits are digits to whoever reads them."""
    assert find_personal_data(text) is PersonalData.CARD


@given(st.text(max_size=60), card_numbers(), st.text(max_size=60))
def test_what_was_redacted_holds_nothing_any_more(before: str, card: str, after: str) -> None:
    """After redaction the guard finds nothing, wherever the card number and an address stood."""
    cleaned = redact(f"{before} {card} | jo.public@example.com {after}")
    assert find_personal_data(cleaned) is None
    assert "example.com" not in cleaned


@pytest.mark.parametrize(
    "text", ["a" * 700_000 + " @", "a@" * 300_000, "4 " * 100_000, "x@" + ".a" * 300_000]
)
def test_hostile_texts_come_to_an_end(text: str) -> None:
    """Texts made to keep a pattern searching take linear time; quadratic would outlast the test's limit."""
    assert redact(text) is text
