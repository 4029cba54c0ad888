"""The mapping document: where in a foreign JSON document or CSV file each of our fields stands.

    {
      "version": 1,
      "money": "major",
      "type": {"field": "kind", "table": {"sale": "sale.completed", "return": "sale.refunded"}},
      "event": {"order_id": "receipt.number", "time": "closed_at", "store_id": {"const": "leeds"}},
      "lines": {"each": "items", "fields": {"product_id": "sku", "quantity": "qty", "unit_price": "price"}}
    }

A text in the place of a value is the path of a field.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, RootModel, Tag, model_validator
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import PydanticCustomError

from daybook.schemas.lines import Strict
from daybook.schemas.stores import Zone

Path = Annotated[str, Field(pattern=r"^[^.\x00-\x1f]+(\.[^.\x00-\x1f]+)*$", max_length=300)]
"""Names of nested fields with dots between them; a number is a place in a list. In CSV a column's name."""

Constant = str | int | bool


class Value(Strict):
    """Where a value comes from: a field, a constant, or a field whose texts are looked up in a table."""

    field: Path | None = None
    const: Constant | None = None
    table: dict[str, Constant] | None = Field(None, description="Foreign texts and what they mean here.")
    default: Constant | None = Field(None, description="Where the field is absent, null or empty.")

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        if (self.field is None) == (self.const is None):
            raise PydanticCustomError("mapping_value", "name either a field or a const")
        if self.const is not None and (self.table is not None or self.default is not None):
            raise PydanticCustomError("mapping_value", "a const needs neither table nor default")
        return self


def _from_path(given: Any) -> Any:
    return {"field": given} if isinstance(given, str) else given


ValueOrPath = Annotated[Value, BeforeValidator(_from_path, json_schema_input_type=Value | Path)]


class Condition(Strict):
    """A record counts only if a field has one of these texts, or none of those; else it is ignored."""

    field: Path
    one_of: Annotated[list[str], Field(min_length=1)] | None = None
    none_of: Annotated[list[str], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        if (self.one_of is None) == (self.none_of is None):
            raise PydanticCustomError("mapping_condition", "name either one_of or none_of")
        return self


class TimeForm(StrEnum):
    """How foreign times are written; anything else is a pattern of strptime, such as ``%d/%m/%Y %H:%M``."""

    ISO = "iso"
    SECONDS = "unix_seconds"
    MILLISECONDS = "unix_milliseconds"


def _known_form(form: str) -> str:
    if form not in set(TimeForm) and "%" not in form:
        raise PydanticCustomError("mapping_time", "iso, unix_seconds, unix_milliseconds or a pattern")
    return form


class EventFields(Strict):
    """The fields of the event. What is left out takes what the shop's connection says, or nothing."""

    order_id: ValueOrPath
    time: ValueOrPath
    event_id: ValueOrPath | None = Field(None, description="The order_id with the event's type, if left out.")
    store_id: ValueOrPath | None = None
    till_id: ValueOrPath | None = None
    staff_id: ValueOrPath | None = None
    channel: ValueOrPath | None = None
    revenue_stream: ValueOrPath | None = None
    currency: ValueOrPath | None = None
    region: ValueOrPath | None = None
    campaign: ValueOrPath | None = None
    test: ValueOrPath | None = None
    business_date: ValueOrPath | None = None
    origin_time: ValueOrPath | None = Field(None, description="Of the sale that a refund or void is of.")
    origin_business_date: ValueOrPath | None = None
    charged: ValueOrPath | None = Field(
        None, description="The foreign system's own sum: lines that do not add up to it are refused."
    )
    discount: ValueOrPath | None = Field(
        None, description="Of the whole order, not in the lines: shared over them by amount."
    )
    refunded: ValueOrPath | None = Field(None, description="Of a refund without lines.")
    refunded_tax: ValueOrPath | None = None


class LineFields(Strict):
    """The fields of a line: its unit price, or its amount, or both."""

    unit_price: ValueOrPath | None = None
    amount: ValueOrPath | None = None
    quantity: ValueOrPath | None = None
    kind: ValueOrPath | None = None
    product_id: ValueOrPath | None = None
    name: ValueOrPath | None = None
    category: ValueOrPath | None = None
    discount: ValueOrPath | None = None
    tax: ValueOrPath | None = None
    tax_included: ValueOrPath | None = None
    weighed: ValueOrPath | None = None

    @model_validator(mode="after")
    def _check_price(self) -> Self:
        if self.unit_price is None and self.amount is None:
            raise PydanticCustomError("mapping_line", "a line needs a unit_price or an amount")
        return self


class Lines(Strict):
    """Where the lines stand, and what is in them."""

    each: Path | None = Field(
        None, description="The list of lines. In CSV each row is a line, and this is left out."
    )
    fields: LineFields


class Form(Strict):
    """How foreign records are written, and which of them are meant."""

    version: Literal[1] = 1
    records: Path | None = Field(None, description="The list of records in a document that holds several.")
    group_by: Path | None = Field(
        None, description="CSV: the column whose equal texts make one order of rows that follow each other."
    )
    money: Literal["major", "minor"] = Field(description="Whether amounts are written as 19.99 or as 1999.")
    decimal_comma: bool = Field(False, description="Whether 1.234,50 is one thousand and so on.")
    absolute: bool = Field(False, description="Whether amounts and quantities lose their sign.")
    time: Annotated[str, AfterValidator(_known_form)] = TimeForm.ISO
    zone: Zone | None = Field(None, description="Of times without an offset; the connection's, if left out.")
    when: list[Condition] = Field(default_factory=list)


class Mapping(Form):
    """A whole mapping document of sales."""

    type: ValueOrPath
    event: EventFields
    lines: Lines | None = Field(None, description="Left out where there are only refunds by amount.")


class SignalMapping(Form):
    """A whole mapping document of signals: each record becomes one."""

    signal: ValueOrPath = Field(description="Its type, such as satisfaction.answered.")
    fields: dict[str, ValueOrPath] = Field(
        description="Our fields, such as subject_id, time, score; those of other types are left out."
    )


AnyMapping = Mapping | SignalMapping
"""A mapping document of either kind."""


def _says_signal(given: Any) -> bool:
    return "signal" in given if isinstance(given, dict) else isinstance(given, SignalMapping)


class MappingFile(RootModel[AnyMapping]):
    """A mapping document as it stands in its file: one with ``signal`` is of signals."""

    root: Annotated[
        Annotated[Mapping, Tag("sales")] | Annotated[SignalMapping, Tag("signals")],
        Discriminator(lambda given: "signals" if _says_signal(given) else "sales"),
    ]


def mapping_schema() -> dict[str, Any]:
    """The JSON Schema of a mapping document."""
    head = {"$schema": GenerateJsonSchema.schema_dialect, "$id": "urn:daybook:schema:mapping:1"}
    return {**head, **MappingFile.model_json_schema()}
