"""Times and rates in columns are read as the schemas and the definitions have them."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybook.ledger.columns.instants import UNREAD, microseconds
from daybook.ledger.columns.rates import converted
from daybook.schemas.codec import decode_event
from tests.ledger.events import line, sale


@given(st.lists(st.tuples(st.integers(-(2**31), 2**31), st.decimals(0, 1000, places=6)), min_size=1))
@settings(deadline=None)
def test_amounts_are_converted_as_the_definition_does_it(pairs: list[tuple[int, Decimal]]) -> None:
    """Rounded half away from zero, to the minor unit, and of the same sign."""
    fractions = [rate.as_integer_ratio() for _, rate in pairs]
    columns = ([amount for amount, _ in pairs], *zip(*fractions, strict=True))
    found = converted(*(np.array(column, np.int64) for column in columns))
    exact = [int((amount * rate).quantize(Decimal(1), ROUND_HALF_UP)) for amount, rate in pairs]
    assert found.tolist() == exact


@pytest.mark.parametrize("text", [
    "2026-11-24T12:00:00Z", "2000-02-29T23:59:59.9+23:59", "2024-02-29T00:00:00.000001-23:59",
    "1990-01-01T00:00:00Z", "2099-12-31T23:59:59.999999Z", "2026-12-31T23:59:59.123456+00:00",
])  # fmt: skip
def test_usual_times_are_read(text: str) -> None:
    """To the microsecond, as Python reads them."""
    exact = (datetime.fromisoformat(text) - datetime.fromisoformat("1970-01-01T00:00:00Z")) / 1
    assert microseconds([text, text])[1] == round(exact.total_seconds() * 10**6)


@given(st.lists(st.from_regex(
    r"\A(19|20)\d\d-[01]\d-[0-3]\d[T ][0-2]\d:[0-6]\d(:[0-6]\d)?(\.\d{0,7})?(Z|[+-][0-2]\d:?[0-6]\d|)\x00?\Z"
) | st.text(max_size=35), min_size=1, max_size=20))  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_times_read_in_columns_are_those_of_the_schemas(texts: list[str]) -> None:
    """Whatever is read at all is read as pydantic reads it."""
    for text, micros in zip(texts, microseconds(texts).tolist(), strict=True):
        if micros != UNREAD:
            event = decode_event(orjson.dumps(sale("1", line(1), time=text)))
            assert (
                event.time - datetime.fromisoformat("1970-01-01T00:00:00Z")
            ).total_seconds() * 10**6 == micros
