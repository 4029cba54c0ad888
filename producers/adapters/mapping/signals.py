"""From one foreign record to a signal, as a mapping of signals says."""

from __future__ import annotations

from typing import Any, Final

import orjson

from daybook.producers.adapters.contract import Translation, Untranslatable
from daybook.producers.adapters.identity import identifier
from daybook.producers.adapters.mapping.document import SignalMapping, Value
from daybook.producers.adapters.mapping.orders import NOT_MEANT, holds
from daybook.producers.adapters.mapping.origin import Origin
from daybook.producers.adapters.mapping.values import Reader, Record
from daybook.schemas.codec import EventRefused, Reason
from daybook.schemas.signals.any import SIGNAL_MODELS, decode_signal
from daybook.schemas.signals.envelope import SIGNAL_VERSION

_MOMENTS: Final = frozenset({"time", "opened_at", "created_at"})
_DAYS: Final = frozenset({"term_first", "term_last"})
_AMOUNTS: Final = frozenset({"value", "amount"})
_NUMBERS: Final = frozenset({"version", "interval_months"})
_FLAGS: Final = frozenset({"test"})
_NAMES: Final = frozenset({"region", "campaign", "comment"})
"""Texts for people: personal data is taken out of them."""
_CODES: Final = frozenset(
    {"kind", "step", "state", "status", "change", "topic", "channel", "customer", "currency"}
)


def translate_signal(record: Record, mapping: SignalMapping, origin: Origin, path: str = "") -> Translation:
    """The signal of one record.

    Raises:
        Untranslatable: it lacks what its type needs, or holds what the schema refuses.
    """
    if not all(holds(condition, record) for condition in mapping.when):
        return Translation(ignored=NOT_MEANT)
    read = Reader(record, mapping, origin.time_zone, path)
    kind = read.text(mapping.signal)
    if kind not in SIGNAL_MODELS:
        raise read.fail(
            "signal", f"must become one of {', '.join(sorted(SIGNAL_MODELS))}", Reason.UNKNOWN_TYPE
        )
    currency = read.text(mapping.fields.get("currency")) or origin.currency or ""
    known = SIGNAL_MODELS[kind].model_fields
    said: dict[str, Any] = {"channel": origin.channel, "store_id": origin.store_id}
    for name, value in mapping.fields.items():
        found = _read(read, name, value, kind, currency) if name in known else None
        if found is not None:
            said[name] = found
    if "currency" in known and currency:
        said["currency"] = currency
    said["store_id"] = origin.locations.get(str(said["store_id"]), said["store_id"])
    said.setdefault("event_id", identifier(f"{kind}-{said.get('subject_id')}-{said.get('time')}"))
    whole = {"schema_version": SIGNAL_VERSION, "type": kind, "source": origin.source, **said}
    try:
        return Translation(signals=(decode_signal(orjson.dumps(whole)),))
    except EventRefused as refused:
        raise Untranslatable(refused.problems) from None


def _read(read: Reader, name: str, value: Value, kind: str, currency: str) -> Any:
    for names, reader in (
        *((_MOMENTS, read.moment), (_DAYS, read.day), (_FLAGS, read.flag), (_NAMES, read.name)),
        *((_CODES, read.text), (_NUMBERS, read.quantity)),
    ):
        if name in names:
            return reader(value)
    if name in _AMOUNTS:
        return read.amount(value, currency)
    if name == "score":
        return read.text(value) if kind == "sentiment.scored" else read.quantity(value)
    return read.identity(value)
