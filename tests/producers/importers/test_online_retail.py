"""The Online Retail format: rows that show each of its rules, and the sums of the real file."""

from __future__ import annotations

import gzip
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from daybook.ledger.calendar import Calendar
from daybook.ledger.lines import ledger_lines
from daybook.ledger.measures import BASE, WIDTH, Figures, figures
from daybook.producers.importers.online_retail import (
    COLUMNS,
    Converted,
    FormatError,
    convert,
    customer_reference,
    read_rows,
    stores,
)
from daybook.schemas.codec import decode_event, encode_event
from daybook.schemas.events import SaleCompleted, SaleEvent, SaleRefunded

REAL = Path(__file__).parents[4] / "shared" / "data" / "online-retail-2010-12-to-2011-03.csv.gz"


def row(invoice: str, code: str, quantity: int, price: str, **changes: str) -> dict[str, str]:
    """One row of the file."""
    values = [
        invoice,
        code,
        "WHITE LANTERN",
        str(quantity),
        "2010-12-01 08:26:00",
        price,
        "17850.0",
        "France",
    ]
    return dict(zip(COLUMNS, values, strict=True)) | changes


def only(*rows: dict[str, str]) -> SaleEvent:
    """The one event that the rows make."""
    converted = convert(rows)
    assert len(converted.events) == 1
    return converted.events[0]


def summed(events: list[SaleEvent]) -> dict[date, Figures]:
    """The published figures of each business date."""
    calendar = Calendar(stores().stores)
    days: dict[date, list[int]] = {}
    for event in events:
        for line in ledger_lines(event, calendar):
            vector = days.setdefault(line.business_date, [0] * WIDTH)
            for index in range(len(BASE)):
                vector[index] += line.measures[index]
    return {day: figures(vector) for day, vector in days.items()}


def test_an_invoice_is_one_sale() -> None:
    """Lines that share a number are one event with the first line's time, wherever they stand in the file."""
    later = {"InvoiceDate": "2010-12-01 08:27:00"}
    rows = [
        row("536365", "85123A", 6, "2.55"),
        row("536366", "71053", 1, "3.39"),
        row("536365", "71053", 2, "0.85", **later),
    ]
    converted = convert(rows)
    first, second = converted.events
    assert isinstance(first, SaleCompleted)
    assert (first.event_id, first.order_id, first.source) == ("536365", "536365", "online-retail")
    assert first.time == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)
    assert (first.charged, len(first.lines)) == (6 * 255 + 2 * 85, 2)
    assert (first.region, first.channel, first.currency, first.staff) == ("France", "ecommerce", "GBP", [])
    assert second.event_id == "536366"
    assert converted.skipped == Counter()


def test_rows_equal_in_every_column_both_count() -> None:
    """Duplicates are a matter of event ids, never of content."""
    event = only(row("536365", "85123A", 6, "2.55"), row("536365", "85123A", 6, "2.55"))
    assert isinstance(event, SaleCompleted)
    assert event.charged == 2 * 6 * 255


def test_a_number_with_a_c_is_a_refund_of_unknown_origin() -> None:
    """A cancellation gives back its lines and names no sale."""
    event = only(row("C536379", "22556", -12, "1.65"))
    assert isinstance(event, SaleRefunded)
    assert event.lines is not None
    assert (event.refunded, event.lines[0].quantity, event.origin_time) == (12 * 165, 12, None)


def test_a_discount_brings_no_goods_back() -> None:
    """Code D is a reversal without a product and without returned units."""
    day = next(iter(summed([only(row("C536379", "D", -3, "27.50"))]).values()))
    assert (day.reversals, day.returned_units) == (-8250, 0)


def test_a_number_with_an_a_is_an_adjustment_of_either_sign() -> None:
    """Bad debt is written off below zero, and is no sale."""
    for price, quantity in (("-11062.06", 1), ("11062.06", -1)):
        day = next(iter(summed([only(row("A563186", "B", quantity, price))]).values()))
        assert (day.adjustments, day.gross, day.orders) == (-1106206, 0, 0)


@pytest.mark.parametrize(
    "code,kind",
    [
        ("POST", "shipping"),
        ("DOT", "shipping"),
        ("C2", "shipping"),
        ("AMAZONFEE", "adjustment"),
        ("BANK CHARGES", "adjustment"),
        ("m", "adjustment"),
        ("gift_0001_20", "gift_card"),
        ("DCGSSBOY", "product"),
        ("85123A", "product"),
    ],
)
def test_a_stock_code_decides_the_kind(code: str, kind: str) -> None:
    """Codes that are no goods go to their own measure, and only goods carry a product."""
    event = only(row("536365", code, 1, "20.00"))
    assert isinstance(event, SaleCompleted)
    assert event.lines[0].kind.value == kind
    assert event.lines[0].product_id == (code if kind == "product" else None)


def test_what_is_no_sale_is_skipped_and_counted_by_reason() -> None:
    """What cannot be a sale is skipped; an invoice with no line left is no event."""
    converted = convert(
        [
            row("536414", "22139", 56, "0.0"),
            row("536415", "22139", -5, "0"),
            row("536416", "22139", 1, "one pound"),
            row("536417", "22139", -1, "2.00"),
            row("C536418", "22139", 1, "2.00"),
            row("536 419", "22139", 1, "2.00"),
        ]
    )
    assert converted.events == []
    assert converted.lines == 6
    assert converted.skipped == Counter(stock_movement=2, malformed_row=1, unexpected_sign=2, bad_format=1)


def test_a_name_that_the_guard_refuses_is_left_out() -> None:
    """The sale counts without the name of its product."""
    event = only(row("536365", "85123A", 1, "2.55", Description="ask jo@example.com"))
    assert isinstance(event, SaleCompleted)
    assert (event.lines[0].name, event.charged) == (None, 255)


def test_a_customer_becomes_opaque_and_stays_the_same() -> None:
    """Both spellings of a number give one reference, which does not hold the number; no number gives none."""
    assert customer_reference("17850.0") == customer_reference("17850") != customer_reference("17851")
    assert "17850" not in customer_reference("17850")
    assert only(row("536365", "85123A", 1, "2.55", CustomerID="")).customer is None


def test_a_price_below_a_penny_is_exact() -> None:
    """A thousand at a tenth of a penny are a pound."""
    event = only(row("536365", "PADS", 1000, "0.001"))
    assert isinstance(event, SaleCompleted)
    assert (event.lines[0].unit_price, event.charged) == ("0.1", 100)


@pytest.mark.parametrize(
    "local,utc",
    [
        ("2011-07-01 12:00:00", "2011-07-01T11:00:00+00:00"),
        ("2011-03-27 01:30:00", "2011-03-27T01:30:00+00:00"),  # left out when the clocks went forward
        ("2011-10-30 01:30:00", "2011-10-30T00:30:00+00:00"),  # happened twice: the first
    ],
)
def test_times_are_those_of_london(local: str, utc: str) -> None:
    """Local times are read with summer time, and doubtful ones as before the change of the clocks."""
    event = only(row("536365", "85123A", 1, "2.55", InvoiceDate=local))
    assert event.time == datetime.fromisoformat(utc)


def test_a_file_is_read_plain_and_zipped(tmp_path: Path) -> None:
    """Both forms give the same rows; a file of another format is refused in a sentence."""
    text = ",".join(COLUMNS) + "\n536365,85123A,LANTERN,6,2010-12-01 08:26:00,2.55,17850.0,France\n"
    plain, zipped, other = tmp_path / "a.csv", tmp_path / "a.csv.gz", tmp_path / "b.csv"
    plain.write_text(text)
    zipped.write_bytes(gzip.compress(text.encode()))
    other.write_text("Invoice,Amount\n1,2\n")
    assert list(read_rows(plain)) == list(read_rows(zipped))
    with pytest.raises(FormatError, match="no column"):
        list(read_rows(other))
    damaged = tmp_path / "c.csv.gz"
    damaged.write_bytes(zipped.read_bytes()[:-12])
    with pytest.raises(FormatError):
        list(read_rows(damaged))


@pytest.fixture(scope="module")
def real() -> Converted:
    """The real file, converted."""
    if not REAL.exists():
        pytest.skip(f"{REAL.name} is not beside this checkout")
    return convert(read_rows(REAL))


def test_the_real_file_gives_its_readmes_sums(real: Converted) -> None:
    """Every figure that the file's own description states comes out, in pence."""
    assert (len(real.events), real.lines, real.skipped) == (6322, 142_083, Counter(stock_movement=786))
    days = summed(real.events).values()
    expected = {
        "gross": 265_000_877,
        "reversals": -12_941_148,
        "shipping": 7_974_083,
        "gift_cards": 21_081,
        "adjustments": -11_026_192,
        "charged": 249_028_701,
        "orders": 5_164,
        "units": 1_406_530,
        "returned_units": 102_737,
        "tax": 0,
    }
    assert {name: sum(getattr(day, name) for day in days) for name in expected} == expected


def test_every_single_day_of_the_real_file(real: Converted) -> None:
    """What was charged on each day is the sum of quantity times price of that day's rows."""
    by_day: Counter[date] = Counter()
    for line in read_rows(REAL):
        pence = int(line["Quantity"]) * Decimal(line["UnitPrice"]) * 100
        by_day[datetime.fromisoformat(line["InvoiceDate"]).date()] += int(pence)
    charged = {day: total.charged for day, total in summed(real.events).items()}
    assert charged == {day: pence for day, pence in by_day.items() if day in charged}
    assert len(charged) == 95


def test_every_event_of_the_real_file_can_be_sent(real: Converted) -> None:
    """Each event survives encoding, and no two share an id."""
    for event in real.events[::50]:
        assert decode_event(encode_event(event)) == event
    assert len({event.event_id for event in real.events}) == len(real.events)
