"""``daybook doctor``."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click

from daybook.cli.store_options import DIFFERENT, print_json, store_options
from daybook.doctor.clickhouse import clickhouse_findings
from daybook.doctor.grafana import grafana_findings
from daybook.doctor.kafka import kafka_findings
from daybook.doctor.machine import machine_findings
from daybook.settings import Settings

_MARKS: Final = {"ok": "ok     ", "warning": "WARNING", "wrong": "WRONG  ", "skipped": "-      "}


@click.command()
@click.option("--bootstrap", help="Brokers, host:port, comma-separated.")
@store_options
def doctor(*, settings: Settings, as_json: bool, bootstrap: str | None) -> None:
    """Look at brokers, topics, who runs, ClickHouse, Grafana, clocks, files and disk; say what to do.

    Exit code 1 if something is wrong; a warning alone leaves it at 0. Nothing is changed.
    """
    settings.kafka_bootstrap = bootstrap or settings.kafka_bootstrap
    with _quiet():
        found = [
            *asyncio.run(kafka_findings(settings)),
            *clickhouse_findings(settings),
            *grafana_findings(settings),
            *machine_findings(settings),
        ]
    bad = any(finding.state == "wrong" for finding in found)
    if as_json:
        print_json({"well": not bad, "findings": [finding._asdict() for finding in found]})
    else:
        for finding in found:
            click.echo(f"{_MARKS[finding.state]} {finding.check}: {finding.says}")
            if finding.do:
                click.echo(f"        {finding.do}")
    if bad:
        raise SystemExit(DIFFERENT)


@contextmanager
def _quiet() -> Iterator[None]:
    """Nothing of what the findings say is logged besides."""
    before = {name: logging.getLogger(name).level for name in ("aiokafka", "daybook", "httpx")}
    try:
        for name in before:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
