"""``daybook simulate``."""

from __future__ import annotations

import ipaddress
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Final
from urllib.parse import urlsplit

import click
import httpx

from daybook.cli.kafka_options import REFUSED, give_up, print_json, progress
from daybook.producers.simulator.webhooks import SYSTEMS, Notice, System, WebOrder, disordered, web_orders
from daybook.producers.simulator.webhooks.serving import serving

_FILE: Final = click.Path(path_type=Path, dir_okay=False, exists=True)
_SECONDS: Final = 30.0
_PAST: Final = timedelta(hours=48)
"""How far back the simulated orders reach: nothing comes so late that it has to be looked up."""


@click.command()
@click.option("--as", "name", type=click.Choice(list(SYSTEMS)), required=True, help="Whose webhooks to send.")
@click.option("--url", required=True, help="The route, such as http://127.0.0.1:8400/v1/hooks/my-shop.")
@click.option("--secret-file", type=_FILE, required=True, help="The secret that the shops file names for it.")
@click.option("--orders", "count", type=click.IntRange(1, 100_000), default=20, show_default=True)
@click.option(
    "--per-second", type=click.FloatRange(0.01, 10_000), help="Notices a second; at once, if left out."
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same orders.")
@click.option("--api-port", type=click.IntRange(1, 65535), help="Serve what has to be fetched here (Square).")
@click.option("--anywhere", is_flag=True, help="Let the URL be on another machine.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout, nothing else there.")
def simulate(
    *,
    name: str,
    url: str,
    secret_file: Path,
    count: int,
    per_second: float | None,
    seed: int,
    api_port: int | None,
    anywhere: bool,
    as_json: bool,
) -> None:
    """Send a simulated web shop's orders as the signed webhooks of another system.

    They come out of order and some of them twice, as they really do. At the end it says what customers paid:
    the totals of a gateway that takes them must come to the same.
    """
    if not anywhere and not _is_loopback(url):
        raise click.UsageError("The URL is not on this machine; say --anywhere if that is meant.")
    system, secret = SYSTEMS[name], secret_file.read_bytes().strip()
    orders = _orders(seed, count)
    notices = disordered(Random(seed), system, orders)  # noqa: S311 - disorder, not secrets
    answers = {path: found for order in orders for path, found in system.answers(order).items()}
    try:
        with ExitStack() as stack:
            if api_port is not None:
                stack.enter_context(serving(answers, api_port))
            told = stack.enter_context(progress("Sent", len(notices), quiet=as_json))
            outcomes: Counter[str] = Counter()
            for outcome in _sent(system, notices, url, secret, per_second):
                outcomes[outcome] += 1
                told(1)
    except (httpx.HTTPError, OSError) as error:
        give_up(f"{url} gives no answer ({type(error).__name__}); see that the gateway runs.")
    _tell(orders, outcomes, as_json=as_json)
    if set(outcomes) - {"200", "202"}:
        raise SystemExit(REFUSED)


def _orders(seed: int, count: int) -> list[WebOrder]:
    now = datetime.now(UTC)
    start = now - _PAST
    # The shop takes about 30 plain orders a day at rate 1; twice as many are asked for than are needed.
    rate = max(1.0, count / 30)
    return list(islice(web_orders(seed, start, now - timedelta(hours=1), rate=rate), count))


def _sent(
    system: System, notices: list[Notice], url: str, secret: bytes, per_second: float | None
) -> Iterator[str]:
    """The status of each answer."""
    begin = time.monotonic()
    with httpx.Client(timeout=_SECONDS, trust_env=False) as client:
        for place, notice in enumerate(notices):
            if per_second is not None:
                time.sleep(max(0.0, begin + place / per_second - time.monotonic()))
            headers = dict(system.headers(secret, notice, url, datetime.now(UTC)))
            headers["Content-Type"] = "application/json"
            yield str(client.post(url, content=notice.body, headers=headers).status_code)


def _tell(orders: list[WebOrder], outcomes: Counter[str], *, as_json: bool) -> None:
    charged = sum(order.charged for order in orders)
    refunded = sum(order.refund.paid for order in orders if order.refund is not None)
    document = {
        "orders": len(orders),
        "notices": outcomes.total(),
        "answers": dict(sorted(outcomes.items())),
        "charged": charged,
        "refunded": refunded,
    }
    if as_json:
        print_json(document)
        return
    told = ", ".join(f"{number:,} answered {status}" for status, number in sorted(outcomes.items()))
    click.echo(f"{len(orders):,} orders in {outcomes.total():,} notices: {told}.")
    click.echo(f"Charged {charged:,} less {refunded:,} given back, in minor units.")


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
