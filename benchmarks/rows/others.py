"""Rows whose measurement is a program of its own, which prints one JSON document as its last line."""

from __future__ import annotations

import os
import sys
from typing import Any, Final

from benchmarks.contenders import finish
from benchmarks.environments import ROOT
from benchmarks.report import Row
from benchmarks.rows.context import Context

MOST_START_SECONDS: Final = 15.0
MOST_RESIDENT: Final = 600.0
"""Megabytes."""


def cold_start(context: Context) -> list[Row]:
    """A worker's start with 300,000 totals and 5 million remembered ids in its changelog."""
    report = _report("cold_start", context)
    if report is None:
        return [Row("cold start", "not measured", "<= 15 s, <= 600 MB", reached=False)]
    seconds, resident = float(report["seconds"]), float(report["resident_mb"])
    reached = seconds <= MOST_START_SECONDS and resident <= MOST_RESIDENT
    return [Row("cold start", f"{seconds:.1f} s, {resident:,.0f} MB", "<= 15 s, <= 600 MB", reached)]


def gateway(context: Context) -> list[Row]:
    """Requests and events a second through the gateway."""
    report = _report("gateway_load", context)
    if report is None:
        return [Row("the gateway", "not measured")]
    return [Row(f"the gateway, {name.replace('_', ' ')}", str(value)) for name, value in report.items()]


def _report(module: str, context: Context) -> dict[str, Any] | None:
    """What a program of the benchmarks reports, on the run's broker; None where there is none."""
    if not (ROOT / "benchmarks" / f"{module}.py").exists():
        return None
    environment = os.environ | {"PYTHONPATH": str(ROOT), "KAFKA_BOOTSTRAP": context.bootstrap}
    return finish([sys.executable, "-m", f"benchmarks.{module}"], environment)
