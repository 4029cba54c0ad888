"""HubSpot's notifications: signature v3, batches of ids whose deals have to be fetched, and workflows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from daybook.producers.adapters import signatures
from daybook.producers.adapters.contract import Adapter, Delivery, Fetch, Notice, Shop, Translation
from daybook.producers.adapters.documents import UnreadableError, read_any_json
from daybook.producers.adapters.hubspot.deals import DEAL_PROPERTIES, deleted_deal, translate_deal
from daybook.producers.adapters.reading import Node
from daybook.schemas.codec import Reason

_WORKFLOW: Final = "workflow"
_DEAL_TYPE: Final = "0-3"
# What HubSpot's request validation page says is decoded in the URI before it is signed.
_DECODED: Final = {
    "%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$", "%27": "'",
    "%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";",
}  # fmt: skip


class HubSpotAdapter(Adapter):
    """HubSpot."""

    def verify(self, delivery: Delivery, shop: Shop, secrets: Sequence[bytes], now: datetime) -> str | None:
        """Signature v3: base64 HMAC-SHA256 over method, URI, body and time, five minutes at most."""
        signed_at = delivery.headers.get("x-hubspot-request-timestamp", "")
        uri = _decoded(shop.public_url or delivery.url).encode()
        refused = signatures.check(
            [delivery.headers.get("x-hubspot-signature-v3", "")],
            secrets,
            lambda secret: signatures.sign_base64(secret, b"POST", uri, delivery.body, signed_at.encode()),
        )
        if refused is None and not signatures.fresh(signed_at[:-3], now):
            return signatures.OLD
        return refused

    def topic(self, delivery: Delivery, payload: Mapping[str, Any]) -> str:
        """The ``subscriptionType`` of one notification, such as deal.propertyChange."""
        del delivery
        found = payload.get("subscriptionType", _WORKFLOW if "properties" in payload else "")
        return found if isinstance(found, str) else ""

    def notices(self, delivery: Delivery) -> tuple[Notice, ...]:
        """One notice for each deal of a batch: they all fetch its newest state."""
        document = read_any_json(delivery.body)
        items = document if isinstance(document, list) else [document]
        if not all(isinstance(item, dict) for item in items):
            raise UnreadableError("The body is neither a JSON object nor a list of them.")
        notices: dict[tuple[str, str], Notice] = {}
        for item in items:
            for notice in _of_merge(item) or [Notice(self.topic(delivery, item), item)]:
                about = notice.payload.get("objectId"), notice.payload.get("subscriptionType")
                key = repr(about[0]), repr(about[1]) if _is_deletion(notice.topic) else ""
                notices[key] = notice
        return tuple(notices.values())

    def wants(self, notice: Notice, shop: Shop, fetched: Mapping[str, Any]) -> tuple[Fetch, ...]:
        """The deal with its amounts, and whether it has ever been won."""
        del shop
        if notice.topic == _WORKFLOW or "deal" in fetched or not _is_deal(notice.topic, notice.payload):
            return ()
        if _is_deletion(notice.topic):
            return ()
        deal_id = Node(notice.payload).identity("objectId")
        params = (
            ("properties", ",".join(DEAL_PROPERTIES)),
            ("propertiesWithHistory", "hs_is_closed_won"),
        )
        return (Fetch("deal", f"/crm/v3/objects/deals/{quote(deal_id, safe='')}", params),)

    def translate(
        self, payload: Mapping[str, Any], topic: str, shop: Shop, fetched: Mapping[str, Any]
    ) -> Translation:
        """The deal's snapshot."""
        notice = Node(payload)
        if shop.account is not None and str(payload.get("portalId", shop.account)) != shop.account:
            raise notice.fail("portalId", "not the shop's account")
        if not _is_deal(topic, payload):
            return Translation(ignored="not_a_deal")
        if topic == _WORKFLOW:
            return translate_deal(notice, shop)
        if _is_deletion(topic):
            return deleted_deal(notice, shop)
        deal = fetched.get("deal")
        if not isinstance(deal, Mapping):
            raise notice.fail("objectId", "the deal could not be fetched", Reason.UNTRANSLATED)
        restored = notice.milliseconds("occurredAt") if topic.endswith(".restore") else None
        return translate_deal(Node(deal, "deal"), shop, restored)


def _decoded(uri: str) -> str:
    for code, character in _DECODED.items():
        uri = uri.replace(code, character).replace(code.lower(), character)
    return uri


def _is_deal(topic: str, payload: Mapping[str, Any]) -> bool:
    kind = payload.get("objectTypeId")
    return topic.startswith("deal.") or (
        kind == _DEAL_TYPE and (topic == _WORKFLOW or topic[:7] == "object.")
    )


def _is_deletion(topic: str) -> bool:
    return topic.endswith((".deletion", ".privacyDeletion"))


def _of_merge(item: Mapping[str, Any]) -> list[Notice]:
    """A merge as what it does: the merged deals go, the one that is left changes."""
    topic = item.get("subscriptionType")
    if topic not in ("deal.merge", "object.merge"):
        return []
    kept = item.get("newObjectId") or item.get("primaryObjectId") or item.get("objectId")
    merged = item.get("mergedObjectIds")
    gone = [each for each in merged if each != kept] if isinstance(merged, list) else []
    prefix = str(topic).partition(".")[0]
    return [
        Notice(f"{prefix}.propertyChange", {**item, "objectId": kept}),
        *(Notice(f"{prefix}.deletion", {**item, "objectId": each}) for each in gone),
    ]
