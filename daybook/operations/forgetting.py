"""Forgetting a customer's reference."""

from __future__ import annotations

from daybook.operations.base import Args, Document, Place, need_one_shard
from daybook.schemas.fields import OpaqueReference
from daybook.sinks.forgetting import forget_customer


class ForgetArgs(Args):
    """The reference, as producers send it in ``customer``."""

    customer: OpaqueReference


def forget(place: Place, args: ForgetArgs) -> Document:
    """How many rows held it, by table; none does afterwards.

    Raises:
        CannotAct: rows are spread over shards.
    """
    need_one_shard(place.store)
    return {"changed": forget_customer(place.store, args.customer)}
