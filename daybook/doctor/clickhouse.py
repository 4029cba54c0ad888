"""Whether ClickHouse answers, has its tables, and keeps the same time."""

from __future__ import annotations

import time

from daybook.doctor.findings import Finding, ok, skipped, wrong
from daybook.doctor.kafka import CLOCK_SECONDS
from daybook.operations.access import opened
from daybook.operations.base import CannotAct
from daybook.operations.registry import sentence
from daybook.settings import Settings
from daybook.sinks.errors import StoreError, StoreRefused
from daybook.sinks.migrate import migrations
from daybook.sinks.store import Store


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
            return [ok("clickhouse", f"ClickHouse {version} answers."), _migrations(store), _clock(store)]
    except CannotAct as error:
        return [wrong("clickhouse", str(error), "Put the settings right.")]
    except StoreError as error:
        do = "See that it runs, that DAYBOOK_CLICKHOUSE_URL names it, and that the user may read."
        return [wrong("clickhouse", sentence(error), do)]


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
