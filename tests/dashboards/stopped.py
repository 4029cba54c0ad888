"""A ClickHouse whose clock stands still: what is made on one day may be asked on the next."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from daybook.sinks.store import Store

_CLOCK: Final = re.compile(r"\b(now64\(3\)|now\(\)|today\(\))")
_VIEWS: Final = """
SELECT name, as_select FROM system.tables
WHERE database = currentDatabase() AND engine = 'View' AND match(as_select, 'now\\(|now64\\(|today\\(')
"""


def at(sql: str, moment: datetime) -> str:
    """A query as if it were asked at a moment, an aware instant."""
    seconds = int(moment.timestamp())
    told = {
        "now64(3)": f"fromUnixTimestamp64Milli(toInt64({int(moment.timestamp() * 1000)}), 'UTC')",
        "now()": f"toDateTime({seconds}, 'UTC')",
        "today()": f"toDate(toDateTime({seconds}, 'UTC'))",
    }
    return _CLOCK.sub(lambda found: told[found[1]], sql)


def stop_clock(store: Store, moment: datetime) -> None:
    """The views of a database go by a moment from now on."""
    found = store.rows(_VIEWS)
    assert found
    for name, select in found:
        store.command(f"DROP VIEW {name}")
        store.command(f"CREATE VIEW {name} AS {at(select, moment)}")
