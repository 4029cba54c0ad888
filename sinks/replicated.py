"""The same tables on several servers: each statement of a migration, said to all of a cluster.

Replicas hold the same rows. How rows are spread over shards: ``daybook.sinks.sharded``.
"""

from __future__ import annotations

import re
from typing import Final

_CLUSTER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_SAID_TO_ALL: Final = re.compile(
    r"^(CREATE (?:TABLE|VIEW)(?: IF NOT EXISTS)? \w+|DROP TABLE(?: IF EXISTS)? \w+|ALTER TABLE \w+"
    r"|EXCHANGE TABLES \w+ AND \w+|TRUNCATE TABLE \w+)"
)
_ENGINE: Final = re.compile(r"ENGINE = (Replacing)?MergeTree(?:\((\w+)\))?")
_WINDOW: Final = "non_replicated_deduplication_window"
_PATH: Final = "'/clickhouse/tables/{uuid}/{shard}', '{replica}'"
"""Where replicas find each other; the servers' macros say which shard and replica each of them is."""


def on_cluster(statement: str, cluster: str) -> str:
    """A statement of a migration as every server of a cluster takes it. Rows that are moved are moved once.

    Raises:
        ValueError: that is no name of a cluster.
    """
    if not _CLUSTER.fullmatch(cluster):
        raise ValueError(f"{cluster!r} is no name of a cluster")
    said = _SAID_TO_ALL.sub(lambda found: f"{found.group(1)} ON CLUSTER {cluster}", statement)
    return _ENGINE.sub(_engine, said).replace(_WINDOW, "replicated_deduplication_window")


def _engine(found: re.Match[str]) -> str:
    kind, version = found.group(1) or "", found.group(2)
    arguments = _PATH if version is None else f"{_PATH}, {version}"
    return f"ENGINE = Replicated{kind}MergeTree({arguments})"
