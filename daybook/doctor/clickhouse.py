"""Whether ClickHouse answers, has its tables, and keeps the same time."""

from __future__ import annotations

import time
from typing import Final

from daybook.doctor.findings import Finding, ok, skipped, warning, wrong
from daybook.doctor.kafka import CLOCK_SECONDS
from daybook.operations.access import opened
from daybook.operations.base import CannotAct
from daybook.operations.registry import sentence
from daybook.settings import Settings
from daybook.sinks.errors import StoreError, StoreRefused
from daybook.sinks.migrate import migrations
from daybook.sinks.store import Store

_DEAD: Final = {"sales": "dead_letters", "signals": "signal_dead_letters"}
_REASONS: Final = """
SELECT reason, count() FROM {table} FINAL
WHERE recorded_at > now64(3) - INTERVAL 1 DAY
GROUP BY reason ORDER BY count() DESC, reason LIMIT 5
"""


def clickhouse_findings(settings: Settings) -> list[Finding]:
    """Findings about ClickHouse; only the first where it gives no answer."""
    if settings.clickhouse_url is None:
        return [skipped("clickhouse", "No server is named; DAYBOOK_CLICKHOUSE_URL would do it.")]
    try:
        with opened(settings) as store:
            version = store.value("SELECT version()") if _exists(store) else None
            if version is None:
                do = "Run `daybook migrate`."
                return [wrong("clickhouse", f"There is no database {store.database} on it.", do)]
            made = _migrations(store)
            found = [ok("clickhouse", f"ClickHouse {version} answers."), made, _clock(store)]
            if made.state == "ok":
                found += [_refused(store, what, table) for what, table in _DEAD.items()]
            return found
    except CannotAct as error:
        return [wrong("clickhouse", str(error), "Put the settings right.")]
    except StoreError as error:
        do = "See that it runs, that DAYBOOK_CLICKHOUSE_URL names it, and that the user may read."
        return [wrong("clickhouse", sentence(error), do)]


def _refused(store: Store, what: str, table: str) -> Finding:
    """Whether the log has brought anything within a day that could not be counted."""
    check = f"dead letters of {what}"
    reasons = {str(reason): int(number) for reason, number in store.rows(_REASONS.format(table=table))}
    if not reasons:
        return ok(check, "None within a day.")
    told = ", ".join(f"{number:,} {reason.replace('_', ' ')}" for reason, number in reasons.items())
    option = " --signals" if what == "signals" else ""
    do = f"`daybook dead-letters list{option}` has each with its detail; their senders have to be put right."
    return warning(check, f"Within a day: {told}.", do)


def _exists(store: Store) -> bool:
    try:
        store.rows("SELECT 1")
    except StoreRefused as error:
        if "UNKNOWN_DATABASE" in str(error):
            return False
        raise
    return True


def _migrations(store: Store) -> Finding:
    try:
        rows = store.rows("SELECT number, checksum FROM migrations FINAL")
    except StoreRefused:
        return wrong("migrations", "The database has no tables of Daybook.", "Run `daybook migrate`.")
    done = {int(number): str(checksum) for number, checksum in rows}
    missing = [m.name for m in migrations() if m.number not in done]
    changed = [m.name for m in migrations() if m.number in done and done[m.number] != m.checksum]
    if changed:
        do = "Install the version that made the tables, or a newer one."
        return wrong("migrations", f"Applied in another form: {', '.join(changed)}.", do)
    if missing:
        return wrong("migrations", f"Not applied yet: {', '.join(missing)}.", "Run `daybook migrate`.")
    return ok("migrations", f"All {len(done)} migrations are applied.")


def _clock(store: Store) -> Finding:
    before = time.time()
    theirs = float(store.value("SELECT toUnixTimestamp64Milli(now64(3, 'UTC'))")) / 1000
    off = theirs - (before + time.time()) / 2
    if abs(off) <= CLOCK_SECONDS:
        return ok("clickhouse clock", f"It differs from ours by {abs(off):.1f} s.")
    do = "Set both by NTP: ages and freshness on the boards go by them."
    return wrong("clickhouse clock", f"ClickHouse's clock is {off:+,.0f} s off ours.", do)
