"""The adapter of systems that a mapping document describes."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from daybook.producers.adapters.contract import Adapter, Delivery, Notice, Shop, Translation
from daybook.producers.adapters.mapping.document import AnyMapping as Document
from daybook.producers.adapters.mapping.document import Mapping
from daybook.producers.adapters.mapping.orders import translate_record
from daybook.producers.adapters.mapping.records import records_in
from daybook.producers.adapters.mapping.signals import translate_signal
from daybook.producers.adapters.signatures import check, check_basic, check_body, sign_hex

SIGNATURE_HEADER: Final = "x-signature"
"""HMAC-SHA256 of the raw body, in hex (perhaps after ``sha256=``) or base64."""


class MappingAdapter(Adapter):
    """One foreign system, by its mapping. A delivery logs in (basic) or signs its body."""

    def __init__(self, mapping: Document) -> None:
        self._mapping = mapping

    def verify(self, delivery: Delivery, shop: Shop, secrets: Sequence[bytes], now: datetime) -> str | None:
        """Why a delivery is not genuine: its login or its signature, whichever it carries."""
        del shop, now
        if "authorization" in delivery.headers:
            return check_basic(delivery.headers["authorization"], secrets)
        given = delivery.headers.get(SIGNATURE_HEADER, "").removeprefix("sha256=")
        in_hex = check([given], secrets, lambda secret: sign_hex(secret, delivery.body))
        in_base64 = check_body(given, delivery.body, secrets)
        return None if in_hex is None else in_base64

    def notices(self, delivery: Delivery) -> tuple[Notice, ...]:
        """Each record of the document.

        Raises:
            UnreadableError: it is no JSON, or not the records that the mapping names.
        """
        return tuple(Notice("", record) for record in records_in(delivery.body, self._mapping))

    def topic(self, delivery: Delivery, payload: AnyMapping[str, Any]) -> str:
        """A mapped system has no topics: the mapping's ``type`` says what a record is."""
        del delivery, payload
        return ""

    def translate(
        self, payload: AnyMapping[str, Any], topic: str, shop: Shop, fetched: AnyMapping[str, Any]
    ) -> Translation:
        """The event or signal of a record, or none where the mapping's conditions leave it out.

        Raises:
            Untranslatable: it lacks what the mapping names, or its sums do not add up.
        """
        del topic, fetched
        if isinstance(self._mapping, Mapping):
            return translate_record(payload, self._mapping, shop)
        return translate_signal(payload, self._mapping, shop)
