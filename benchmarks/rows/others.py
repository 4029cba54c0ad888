"""Rows whose measurement is a program of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any, Final

from benchmarks.contenders import RUN_SECONDS, ContenderFailedError, finish
from benchmarks.environments import ROOT
from benchmarks.report import Row
from benchmarks.rows.context import Context

MOST_START_SECONDS: Final = 15.0
MOST_RESIDENT: Final = 600.0
"""Megabytes."""
_GATEWAY_LINE: Final = re.compile(
    r"^\| (\d+) \| /v1/events \| ([\d,]+) \| ([\d.]+) \| ([\d.]+) ", re.MULTILINE
)


def cold_start(context: Context) -> list[Row]:
    """A worker's start with 300,000 totals and 5 million remembered ids in its changelog."""
    del context  # it starts a broker of its own
    report = _report("cold_start")
    if report is None:
        return [Row("cold start", "not measured", "<= 15 s, <= 600 MB", reached=False)]
    seconds, resident = report["seconds to the first commit"], report["resident megabytes, at most"]
    reached = seconds <= MOST_START_SECONDS and resident <= MOST_RESIDENT
    return [Row("cold start", f"{seconds:.1f} s, {resident:,.0f} MB", "<= 15 s, <= 600 MB", reached)]


def gateway(context: Context) -> list[Row]:
    """Events and requests a second through the gateway, by the size of a batch."""
    del context  # it starts a broker of its own
    found = _GATEWAY_LINE.findall(_printed("gateway_load"))
    if not found:
        raise ContenderFailedError("the gateway's load reported nothing")
    made = []
    for size, rate, p50, p99 in found:
        requests = int(rate.replace(",", "")) / int(size)
        note = f"answered in {p50} ms (p50), {p99} ms (p99)"
        made.append(
            Row(f"the gateway, {size} a request", f"{rate} events/s, {requests:,.0f} requests/s", note=note)
        )
    return made


def _report(module: str) -> dict[str, Any] | None:
    """The document that a program of the benchmarks prints; None where there is none."""
    if not (ROOT / "benchmarks" / f"{module}.py").exists():
        return None
    return finish([sys.executable, "-m", f"benchmarks.{module}"], _environment())


def _printed(module: str) -> str:
    """What a program of the benchmarks prints."""
    command = [sys.executable, "-m", f"benchmarks.{module}"]
    done = subprocess.run(
        command,
        env=_environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )
    if done.returncode:
        raise ContenderFailedError(f"{module} failed\n{done.stderr[-3000:]}")
    return done.stdout


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT)}
