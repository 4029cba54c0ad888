"""Removing a customer's reference from all that ClickHouse keeps as it came."""

from __future__ import annotations

import re
from typing import Final

from daybook.schemas.fields import OPAQUE_REFERENCE_PATTERN
from daybook.sinks.store import Store

KEPT_AS_THEY_CAME: Final = {
    "events": "raw",
    "dead_letters": "original",
    "signal_events": "raw",
    "signal_dead_letters": "original",
}
"""The tables that hold original bytes, and in which column. Lines have a column of their own for it."""
_REFERENCE: Final = re.compile(OPAQUE_REFERENCE_PATTERN)
_MEMBER: Final = r'"customer"\s*:\s*"'


def forget_customer(store: Store, customer: str) -> dict[str, int]:
    """Replace a reference wherever it stands; the number of rows changed, by table.

    An event stays valid and counts as before: its ``customer`` is null from then on. Rows are rewritten
    before this returns, so that no copy of them is left in ClickHouse. Done again, it changes nothing more.

    Raises:
        ValueError: it is no opaque reference.
        StoreUnavailable, StoreRefused: ClickHouse gave no answer, or an error.
    """
    if not _REFERENCE.fullmatch(customer):
        raise ValueError("a customer's reference is 32 to 128 lower-case hexadecimal digits")
    named = {"customer": customer}
    changed = {
        "lines": int(store.value("SELECT count() FROM lines WHERE customer = {customer:String}", named))
    }
    if changed["lines"]:
        store.command(
            "ALTER TABLE lines UPDATE customer = '' WHERE customer = {customer:String}"
            " SETTINGS mutations_sync = 2",
            named,
        )
    for table, column in KEPT_AS_THEY_CAME.items():
        named = {"customer": customer, "member": f'{_MEMBER}{customer}"'}
        where = f"position({column}, {{customer:String}}) > 0"
        changed[table] = int(store.value(f"SELECT count() FROM {table} WHERE {where}", named))  # noqa: S608 - our names
        if changed[table]:
            store.command(
                f"ALTER TABLE {table} UPDATE {column} = replaceAll("
                f"replaceRegexpAll({column}, {{member:String}}, '\"customer\":null'),"
                f" {{customer:String}}, 'forgotten') WHERE {where} SETTINGS mutations_sync = 2",
                named,
            )
    return changed
