"""The UCI "Online Retail" format: one row per invoice line of a United Kingdom web shop.

One invoice is one event. Its number is event id and order id, so importing a file twice counts it once.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, NamedTuple, TextIO
from zoneinfo import ZoneInfo

import orjson
from pydantic import TypeAdapter, ValidationError

from daybook.schemas.codec import EventRefused, decode_event
from daybook.schemas.events import SaleEvent
from daybook.schemas.fields import FreeText, Identifier
from daybook.schemas.lines import line_amount
from daybook.schemas.stores import DayRule, StoreEntry, StoresFile

SOURCE: Final = "online-retail"
STORE_ID: Final = "online-retail"
ZONE: Final = "Europe/London"
CURRENCY: Final = "GBP"
COLUMNS: Final = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)

STOCK_MOVEMENT: Final = "stock_movement"
MALFORMED_ROW: Final = "malformed_row"
UNEXPECTED_SIGN: Final = "unexpected_sign"

_SHIPPING: Final = frozenset({"POST", "DOT", "C2"})
_ADJUSTMENTS: Final = frozenset({"AMAZONFEE", "BANK CHARGES", "M", "m", "S", "B"})
_DISCOUNT: Final = "D"
_LONDON: Final = ZoneInfo(ZONE)
_FREE_TEXT: Final[TypeAdapter[str]] = TypeAdapter(FreeText)
_IDENTIFIER: Final[TypeAdapter[str]] = TypeAdapter(Identifier)
# Derived from the source and thus known to everybody: it makes customers opaque, not secret. Nobody who holds
# the file learns less by it; boards merely never show a customer's number.
_CUSTOMER_KEY: Final = hashlib.sha256(f"daybook customer key of {SOURCE}".encode()).digest()


class FormatError(ValueError):
    """A file that is not in this format; the message is a sentence."""


class Line(NamedTuple):
    """One row of the file. ``unit_price`` is in minor units, exact."""

    invoice: str
    stock_code: str
    description: str
    quantity: int
    time: datetime
    unit_price: Decimal
    customer: str
    country: str


@dataclass
class Converted:
    """The events of a file in the order of their first lines, and the skipped lines by reason."""

    events: list[SaleEvent] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    lines: int = 0


def stores() -> StoresFile:
    """The one store that the file is about."""
    entry = StoreEntry(store_id=STORE_ID, name="Online Retail", days=[DayRule(zone=ZONE)])
    return StoresFile(stores=[entry])


def read_rows(path: Path) -> Iterator[Mapping[str, str]]:
    """The rows of a CSV file, gzipped or not.

    Raises:
        FormatError: a column is missing, or the file is no text in UTF-8.
        OSError: the file cannot be read.
    """
    with _opened(path) as text:
        rows = csv.DictReader(text)
        try:
            if missing := set(COLUMNS) - set(rows.fieldnames or ()):
                raise FormatError(f"{path} has no column {', '.join(sorted(missing))}.")
            yield from rows
        except (UnicodeDecodeError, csv.Error, gzip.BadGzipFile, EOFError) as error:
            raise FormatError(f"{path} is not a CSV file in UTF-8: {error}") from error


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def convert(rows: Iterable[Mapping[str, str]]) -> Converted:
    """The events of the rows. Lines of an invoice belong together wherever in the file they stand.

    Skipped are: stock movements (price 0), rows that are none, amounts of a sign that their invoice cannot
    have, and invoices that the schemas refuse (under the refusal's own reason).
    """
    converted = Converted()
    invoices: dict[str, list[Line]] = {}
    for row in rows:
        converted.lines += 1
        line = _line(row)
        if line is None:
            converted.skipped[MALFORMED_ROW] += 1
        else:
            invoices.setdefault(line.invoice, []).append(line)
    for lines in invoices.values():
        _convert_invoice(lines, converted)
    return converted


def _line(row: Mapping[str, str]) -> Line | None:
    try:
        return Line(
            row["InvoiceNo"].strip(),
            row["StockCode"].strip(),
            (row["Description"] or "").strip(),
            int(row["Quantity"]),
            # Local times that a change of the clocks repeats or leaves out are read as before the change.
            datetime.fromisoformat(row["InvoiceDate"]).replace(tzinfo=_LONDON, fold=0),
            Decimal(row["UnitPrice"]) * 100,
            (row["CustomerID"] or "").strip(),
            (row["Country"] or "").strip(),
        )
    except (ValueError, InvalidOperation, AttributeError, TypeError):
        return None


def _convert_invoice(lines: list[Line], converted: Converted) -> None:
    sales = [line for line in lines if line.unit_price != 0]
    converted.skipped[STOCK_MOVEMENT] += len(lines) - len(sales)
    refund = lines[0].invoice.startswith("C")
    parts = [part for line in sales if (part := _refund_line(line) if refund else _sale_line(line))]
    converted.skipped[UNEXPECTED_SIGN] += len(sales) - len(parts)
    converted.skipped = +converted.skipped  # reasons that stand at zero are none
    if not parts:
        return
    try:
        converted.events.append(_event(lines[0], parts, refund=refund))
    except EventRefused as refused:
        converted.skipped[refused.problem.reason.value] += len(parts)


def _event(first: Line, parts: list[dict[str, Any]], *, refund: bool) -> SaleEvent:
    body: dict[str, Any] = {
        "schema_version": "1.0",
        "source": SOURCE,
        "event_id": first.invoice,
        "order_id": first.invoice,
        "time": first.time.isoformat(),
        "store_id": STORE_ID,
        "channel": "ecommerce",
        "currency": CURRENCY,
        "region": _accepted(_FREE_TEXT, first.country),
        "customer": customer_reference(first.customer) if first.customer else None,
        "lines": parts,
    }
    total = sum(part["amount"] for part in parts)
    kind = (
        {"type": "sale.refunded", "refunded": total}
        if refund
        else {"type": "sale.completed", "charged": total}
    )
    return decode_event(orjson.dumps(body | kind))


def _sale_line(line: Line) -> dict[str, Any] | None:
    item, price, amount = _item(line), _signed_price(line), _amount(line)
    if amount < 0 and item["kind"] != "adjustment":
        return None
    return item | {"unit_price": price, "quantity": abs(line.quantity), "amount": amount}


def _refund_line(line: Line) -> dict[str, Any] | None:
    item, amount = _item(line), -_amount(line)
    if amount < 0 and item["kind"] != "adjustment":
        return None
    # A discount given afterwards brings no goods back.
    quantity = 0 if line.stock_code == _DISCOUNT else abs(line.quantity)
    return item | {"quantity": quantity, "amount": amount}


def _item(line: Line) -> dict[str, Any]:
    """Kind, product and name of a line. Only goods are a product: postage is no best seller."""
    kind = _kind(line)
    goods = kind == "product" and line.stock_code != _DISCOUNT
    return {
        "kind": kind,
        "product_id": _accepted(_IDENTIFIER, line.stock_code) if goods else None,
        "name": _accepted(_FREE_TEXT, line.description),
    }


def _kind(line: Line) -> str:
    code = line.stock_code
    if line.invoice.startswith("A") or code in _ADJUSTMENTS:
        return "adjustment"
    if code in _SHIPPING:
        return "shipping"
    return "gift_card" if code.startswith("gift_") else "product"


def _amount(line: Line) -> int:
    return line_amount(_signed_price(line), abs(line.quantity))


def _signed_price(line: Line) -> int | str:
    # A quantity in an event is not negative, so a negative one gives its sign to the price.
    price = -line.unit_price if line.quantity < 0 else line.unit_price
    return int(price) if price == price.to_integral_value() else f"{price.normalize():f}"


def _accepted(adapter: TypeAdapter[str], text: str) -> str | None:
    """The text, or None where the schemas would refuse it: a name left out loses no money."""
    try:
        return adapter.validate_python(text, strict=True)
    except ValidationError:
        return None


def customer_reference(number: str) -> str:
    """A customer's number as an opaque reference: keyed BLAKE2b in hex, the same in every import."""
    plain = number.removesuffix(".0")  # one published edition of the file has gone through floats
    return hashlib.blake2b(plain.encode(), key=_CUSTOMER_KEY, digest_size=16).hexdigest()
