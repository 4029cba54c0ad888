"""Forgetting a customer's reference."""

from __future__ import annotations

from daybook.operations.base import Args, Document, Place
from daybook.schemas.fields import OpaqueReference
from daybook.sinks.forgetting import forget_customer


class ForgetArgs(Args):
    """The reference, as producers send it in ``customer``."""

    customer: OpaqueReference


def forget(place: Place, args: ForgetArgs) -> Document:
    """How many rows held it, by table; none does afterwards."""
    return {"changed": forget_customer(place.store, args.customer)}
