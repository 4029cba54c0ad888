"""A Pipedrive deal's state as a webhook of either version tells it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from daybook.producers.adapters.building import check_currency
from daybook.producers.adapters.contract import Shop, Translation
from daybook.producers.adapters.deals import Deal, State, Won, deal_signal, taken_back, won_snapshot
from daybook.producers.adapters.identity import snapshot_version
from daybook.producers.adapters.reading import Node
from daybook.schemas.codec import Reason

_STATUSES: Final = ("open", "won", "lost", "deleted")
_ACTIONS: Final = ("added", "updated", "merged", "deleted", "create", "change", "delete")
_DELETIONS: Final = ("deleted", "delete")


def translate_deal(webhook: Node, topic: str, shop: Shop) -> Translation:
    """The snapshot of a deal that is won, or of one that was and is not any more; none of any other.

    Raises:
        Untranslatable: an unknown action or status, or amount, currency or time that make no sense.
    """
    action = topic.partition(".")[0]
    if action not in _ACTIONS:
        raise webhook.fail("meta.action", "not known here")
    previous = webhook.node("previous")
    current = webhook.node("current") or webhook.node("data") or previous
    if current is None:
        raise webhook.fail("", "holds no deal", Reason.MISSING_FIELD)
    changed = _changed_at(webhook.needed("meta"))
    state = State(current.identity("id"), changed, snapshot_version(changed))
    status = current.text("status")
    if status not in _STATUSES:
        raise current.fail("status", "not known here")
    gone = action in _DELETIONS or current.flag("deleted") or current.flag("is_deleted")
    currency = _currency(current, shop)
    signals = (deal_signal(shop, state, _deal(current, state, currency, gone=gone)),)
    if status == "won" and not gone:
        return Translation((won_snapshot(shop, state, _won(current, shop)),), signals=signals)
    was_won = status == "won" or current.has("first_won_time")
    was_won = was_won or (previous is not None and previous.value.get("status") == "won")
    if was_won:
        return Translation((taken_back(shop, state, currency),), signals=signals)
    return Translation(ignored="deal_not_won", signals=signals)


def _deal(deal: Node, state: State, currency: str, *, gone: bool) -> Deal:
    status = deal.text("status")
    return Deal(
        status=status if status != "deleted" else "open",
        stage=deal.optional_identity("stage_id") or "unknown",
        currency=currency,
        value=deal.amount("value", currency, 0),
        created_at=deal.moment("add_time", "UTC") if deal.has("add_time") else state.changed_at,
        owner=_owner(deal),
        pipeline=deal.value.get("pipeline_id"),
        gone=gone or status == "deleted",
    )


def _won(deal: Node, shop: Shop) -> Won:
    currency = _currency(deal, shop)
    return Won(
        # Version 1 writes times in UTC without saying so.
        closed_at=deal.moment("won_time" if deal.has("won_time") else "close_time", "UTC"),
        amount=deal.amount("value", currency, 0),
        currency=currency,
        owner=_owner(deal),
        pipeline=deal.value.get("pipeline_id"),
    )


def _owner(deal: Node) -> str | None:
    """The owner's id: ``owner_id`` in version 2, ``user_id`` in version 1."""
    return deal.optional_identity("owner_id" if deal.has("owner_id") else "user_id")


def _currency(deal: Node, shop: Shop) -> str:
    return check_currency(shop, deal.currency("currency"), deal.at("currency"))


def _changed_at(meta: Node) -> datetime:
    """When the change was made, as finely as the webhook says: the deal's own update_time is in seconds."""
    if meta.has("timestamp_micro"):
        return _micro(meta)
    held: Any = meta.value.get("timestamp")
    return meta.moment("timestamp", "UTC") if isinstance(held, str) else meta.seconds("timestamp")


def _micro(meta: Node) -> datetime:
    micro = meta.whole_or_text("timestamp_micro")
    try:
        whole, rest = divmod(micro, 1_000_000)
        seconds = Node({"timestamp_micro": whole}, meta.path).seconds("timestamp_micro")
    except OverflowError:
        raise meta.fail("timestamp_micro", "not a possible time", Reason.IMPOSSIBLE_TIME) from None
    return seconds.replace(microsecond=rest)
