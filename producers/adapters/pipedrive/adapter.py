"""Pipedrive's webhooks: basic login, version 1 (current, previous) and version 2 (data, previous)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from daybook.producers.adapters import signatures
from daybook.producers.adapters.contract import Adapter, Delivery, Shop, Translation
from daybook.producers.adapters.pipedrive.deals import translate_deal
from daybook.producers.adapters.reading import Node


class PipedriveAdapter(Adapter):
    """Pipedrive."""

    def verify(self, delivery: Delivery, shop: Shop, secrets: Sequence[bytes], now: datetime) -> str | None:
        """The basic login of the webhook. Pipedrive signs nothing and dates nothing."""
        del shop, now
        return signatures.check_basic(delivery.headers.get("authorization", ""), secrets)

    def topic(self, delivery: Delivery, payload: Mapping[str, Any]) -> str:
        """Action and object, such as updated.deal (version 1) or change.deal (version 2)."""
        del delivery
        meta = payload.get("meta")
        if not isinstance(meta, Mapping):
            return ""
        return f"{meta.get('action')}.{meta.get('entity', meta.get('object'))}"

    def translate(
        self, payload: Mapping[str, Any], topic: str, shop: Shop, fetched: Mapping[str, Any]
    ) -> Translation:
        """The deal's snapshot."""
        del fetched
        if not topic.endswith(".deal"):
            return Translation(ignored="not_a_deal")
        webhook = Node(payload)
        account = webhook.needed("meta").value.get("company_id")
        if shop.account is not None and account is not None and str(account) != shop.account:
            raise webhook.fail("meta.company_id", "not the shop's account")
        return translate_deal(webhook, topic, shop)
