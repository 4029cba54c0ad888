"""A HubSpot deal's state, as its API gives it and as a workflow sends it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from daybook.producers.adapters.building import check_currency
from daybook.producers.adapters.contract import Shop, Translation
from daybook.producers.adapters.deals import Deal, State, Won, deal_signal, taken_back, won_snapshot
from daybook.producers.adapters.reading import Node
from daybook.schemas.codec import Reason

DEAL_PROPERTIES: Final = (
    "amount",
    "closedate",
    "createdate",
    "deal_currency_code",
    "dealstage",
    "hs_is_closed",
    "hs_is_closed_won",
    "hs_lastmodifieddate",
    "hubspot_owner_id",
    "pipeline",
)


def translate_deal(deal: Node, shop: Shop, restored_at: datetime | None = None) -> Translation:
    """The snapshot of a deal that is won, or of one that was and is not any more; none of any other.

    Raises:
        Untranslatable: whether it is won is not said, or amount, currency or close date make no sense.
    """
    properties = _plain(deal)
    deal_id = deal.identity("objectId" if deal.has("objectId") else "id")
    changed = _moment(properties, "hs_lastmodifieddate")
    if restored_at is not None:
        # The deletion's version is its time, which may be later than the last change of the deal.
        changed = max(changed, restored_at)
    state = State(deal_id, changed, _milliseconds(changed))
    currency = _currency(properties, shop)
    signals = (deal_signal(shop, state, _deal(deal, properties, state, currency)),)
    if _is_won(properties) and not _is_gone(deal):
        won = Won(
            closed_at=_moment(properties, "closedate"),
            amount=properties.amount("amount", currency, 0),
            currency=currency,
            owner=properties.optional_identity("hubspot_owner_id"),
            pipeline=properties.value.get("pipeline"),
        )
        return Translation((won_snapshot(shop, state, won),), signals=signals)
    if _is_won(properties) or _may_have_been_won(deal, properties):
        return Translation((taken_back(shop, state, currency),), signals=signals)
    return Translation(ignored="deal_not_won", signals=signals)


def deleted_deal(notice: Node, shop: Shop) -> Translation:
    """What takes a deleted deal back. It does not say its currency: nothing is worth nothing in any."""
    at = notice.milliseconds("occurredAt")
    state = State(notice.identity("objectId"), at, _milliseconds(at))
    currency = shop.currency or "USD"
    gone = Deal("open", "deleted", currency, 0, at, None, None, gone=True)
    return Translation((taken_back(shop, state, currency),), signals=(deal_signal(shop, state, gone),))


def _deal(deal: Node, properties: Node, state: State, currency: str) -> Deal:
    lost = str(properties.value.get("hs_is_closed")).lower() == "true"
    return Deal(
        status="won" if _is_won(properties) else "lost" if lost else "open",
        stage=properties.optional_identity("dealstage") or "unknown",
        currency=currency,
        value=properties.amount("amount", currency, 0),
        created_at=_moment(properties, "createdate") if properties.has("createdate") else state.changed_at,
        owner=properties.optional_identity("hubspot_owner_id"),
        pipeline=properties.value.get("pipeline"),
        gone=_is_gone(deal),
    )


def _plain(deal: Node) -> Node:
    """The properties, each with its value: workflows send objects with a value and its history."""
    found = deal.needed("properties")
    plain: dict[str, Any] = {}
    for name in DEAL_PROPERTIES:
        held = found.value.get(name)
        plain[name] = held.get("value") if isinstance(held, Mapping) else held
    return Node(plain, found.path)


def _is_won(properties: Node) -> bool:
    value = properties.text("hs_is_closed_won").lower()
    if value not in ("true", "false"):
        raise properties.fail("hs_is_closed_won", "neither true nor false", Reason.WRONG_TYPE)
    return value == "true"


def _is_gone(deal: Node) -> bool:
    return deal.flag("archived") or deal.flag("isDeleted")


def _may_have_been_won(deal: Node, properties: Node) -> bool:
    """Whether "not won" has ever been said anew: a deal that never was won says so since it was created."""
    history = deal.node("propertiesWithHistory")
    if history is not None:
        return any(each.value.get("value") == "true" for each in history.nodes("hs_is_closed_won"))
    held = deal.needed("properties").value.get("hs_is_closed_won")
    if not isinstance(held, Mapping):
        return True
    said = Node(held, "hs_is_closed_won")
    return said.has("timestamp") and said.milliseconds("timestamp") > _moment(properties, "createdate")


def _currency(properties: Node, shop: Shop) -> str:
    if not properties.has("deal_currency_code"):
        if shop.currency is None:
            raise properties.fail("deal_currency_code", "is missing, and the shop has no currency")
        return shop.currency
    currency = properties.currency("deal_currency_code")
    return check_currency(shop, currency, properties.at("deal_currency_code"))


def _moment(properties: Node, name: str) -> datetime:
    """A time, which the API writes in ISO 8601 and workflows in milliseconds since 1970."""
    held = properties.value.get(name)
    if isinstance(held, int) or (isinstance(held, str) and held.isdigit()):
        return properties.milliseconds(name)
    return properties.moment(name, "UTC")


def _milliseconds(moment: datetime) -> int:
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000
