"""``daybook demo``."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from daybook.cli.store_options import CANNOT, give_up, print_json
from daybook.demo import webhooks
from daybook.demo.first_day import first_day
from daybook.demo.folder import DataFolder
from daybook.demo.plant import plant_at
from daybook.demo.receiver import prepare_rules
from daybook.demo.recognition import prepare_recognition
from daybook.demo.runtime import Demo, open_demo
from daybook.demo.server import HOST, PortTakenError, bind, new_demo_key, new_demo_view_key, serving
from daybook.demo.sources import FORMATS, FileSource, Shops
from daybook.json_files import FileError
from daybook.ledger.calendar import Calendar
from daybook.operations.base import Place
from daybook.operations.totals import TotalsArgs
from daybook.operations.totals import totals as read_totals
from daybook.producers.hooks import ShopsFileError
from daybook.producers.importers.online_retail import FormatError
from daybook.producers.simulator import simulated_stores
from daybook.schemas.stores import StoreEntry
from daybook.sinks.errors import StoreBusy
from daybook.stores import load_stores, save_stores

_POLL: Final = 0.1


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8400, show_default=True, help="On loopback.")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("daybook-data"),
    show_default=True,
)
@click.option("--stores", type=click.Path(path_type=Path, dir_okay=False), help="Further stores (JSON).")
@click.option(
    "--source", type=click.Path(path_type=Path, dir_okay=False), help="Publish a file instead of shops."
)
@click.option("--format", "file_format", type=click.Choice(FORMATS), default=FORMATS[0], show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Of the simulated shops.")
@click.option(
    "--rate", type=click.FloatRange(0.01, 1000), default=2.0, show_default=True, help="How busy they are."
)
@click.option(
    "--shortfall/--no-shortfall", default=True, show_default=True, help="One shop's tills are down at first."
)
@click.option(
    "--signals/--no-signals",
    default=True,
    show_default=True,
    help="What customers and systems say, beside the sales.",
)
@click.option("--exit-when-done", is_flag=True, help="End once the file is counted.")
@click.option("--json", "as_json", is_flag=True, help="At the end, one JSON document on stdout.")
def demo(**options: Any) -> None:
    """Everything in one process: broker, gateway, worker, ClickHouse engine, shops, and the live page."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    # What these two say at their own start and end is no news to anyone here.
    for name in ("faust", "mode", "aiokafka"):
        logging.getLogger(name).setLevel(logging.CRITICAL if name != "aiokafka" else logging.ERROR)
    if options["exit_when_done"] and options["source"] is None:
        raise click.UsageError("--exit-when-done needs --source: simulated shops never end.")
    try:
        raise SystemExit(asyncio.run(_Run(**options).run()))
    except (StoreBusy, PortTakenError, FileError, FormatError, ShopsFileError) as error:
        give_up(str(error))
    except OSError as error:
        give_up(f"{error.filename or 'The data folder'} cannot be used: {error.strerror}.")


class _Run:
    """One run of the demo, from its options."""

    def __init__(self, **options: Any) -> None:
        self._options = options
        self._folder = DataFolder(options["data_dir"])
        source: Path | None = options["source"]
        self._file = FileSource(source, options["file_format"]) if source is not None else None
        self._quiet = options["as_json"] or not sys.stderr.isatty()
        self._stopped = asyncio.Event()
        self._webhooks: webhooks.WebhookShop | None = None

    async def run(self) -> int:
        """Run until Ctrl-C, or until the file is done; the exit code."""
        bound = bind(self._options["port"])
        with contextlib.closing(bound):
            self._stop_on_signals()
            self._say("Opening the data folder ...")
            stores = self._stores()
            url = f"http://{HOST}:{bound.getsockname()[1]}"
            self._folder.prepare()
            prepare_rules(self._folder.path, url)
            settings = prepare_recognition(self._folder, datetime.now(UTC))
            rebuilding = self._counter("Rebuilding from raw events")
            demo = open_demo(self._folder, Calendar(stores), rebuilding, settings)
            save_stores(self._folder.stores_file, stores)
            try:
                secret = webhooks.prepare(self._folder.path)
                running = self._folder.announce(url)
                self._say("Starting broker, worker, sink and gateway ...")
                async with (
                    demo.running(),
                    serving(demo, bound, running.token, lambda: demo.calendar.replace(self._stores())),
                ):
                    self._welcome(running.url, new_demo_key(demo), new_demo_view_key(demo))
                    if secret is not None:
                        options = self._options["seed"], self._options["rate"]
                        self._webhooks = webhooks.WebhookShop(running.url, secret, *options)
                    await self._publish(demo)
                return self._end(demo)
            finally:
                self._folder.withdraw()
                demo.store.close()

    def _stores(self) -> list[StoreEntry]:
        """Simulated and file stores, and those of the folder's own stores file, which win."""
        known = {entry.store_id: entry for entry in simulated_stores().stores}
        known |= {entry.store_id: entry for entry in (self._file.stores if self._file else [])}
        extra: Path | None = self._options["stores"]
        for path in (self._folder.stores_file, extra):
            if path is not None and (path is extra or path.exists()):
                known |= {entry.store_id: entry for entry in load_stores(path)}
        return list(known.values())

    def _stop_on_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stopped.set)

    async def _publish(self, demo: Demo) -> None:
        publishing = asyncio.create_task(self._source(demo), name="publisher")
        stopped = asyncio.create_task(self._stopped.wait())
        try:
            while not stopped.done() and demo.failure is None:
                await asyncio.wait({publishing, stopped}, timeout=_POLL, return_when=asyncio.FIRST_COMPLETED)
                if publishing.done():
                    publishing.result()
                    if self._options["exit_when_done"] and await demo.finished():
                        return
        finally:
            for task in (publishing, stopped):
                task.cancel()
            await asyncio.gather(publishing, stopped, return_exceptions=True)

    async def _source(self, demo: Demo) -> None:
        if self._file is not None:
            with demo.filling():
                await self._file.publish(demo.publisher, self._counter("Published", len(self._file.records)))
        else:
            plant = plant_at(datetime.now(UTC)) if self._options["shortfall"] else None
            if plant is not None:
                self._say(
                    f"The tills of {plant.store_id} are down for a while, so that there is an alert to see."
                )
            shops = Shops(self._options["seed"], self._options["rate"], plant)
            since = self._folder.live_since()
            is_first = since is None
            if since is None:
                since = datetime.now(UTC)
                with demo.filling():
                    await shops.publish_past(demo.publisher, since, self._counter("Publishing the past"))
                    self._folder.note_live_since(since)
                    await demo.settled()
            live = max(since, demo.newest() or since)
            await demo.watching.begin(demo.settled)
            if is_first:
                await first_day(demo, datetime.now(UTC))
            selling = [shops.publish_live(demo.publisher, live)]
            if self._options["signals"]:
                now = datetime.now(UTC)
                selling.append(shops.publish_signals(demo.signals, self._folder, now, demo.signals_seen))
            else:
                demo.watching.signals_are_whole()
            if self._webhooks is not None:
                selling.append(self._webhooks.publish_live(live))
            await asyncio.gather(*selling)

    def _end(self, demo: Demo) -> int:
        if demo.failure is not None:
            click.echo(
                "A part of the demo ended by itself; the lines above say why. Start it again.", err=True
            )
            return CANNOT
        if self._options["as_json"]:
            totals = read_totals(Place(demo.store, demo.calendar), TotalsArgs())["totals"]
            skipped = self._file.skipped if self._file else {}
            events = demo.counts().since(demo.before)
            print_json({"events": events, "skipped": skipped, "totals": totals})
        else:
            self._say("Stopped. Started again on the same data folder, it goes on with the same totals.")
        return 0

    def _welcome(self, url: str, key: str, view_key: str) -> None:
        if self._options["as_json"]:
            return
        click.echo(
            f"\n  The live page:  {url}\n  As a manager:   enter this view key there\n  {view_key}\n"
            f"  Publish a sale: POST {url}/v1/events with the key below\n  {key}\n"
        )
        click.echo(
            f"  While it runs, try: daybook totals --data-dir {self._folder.path}\n  Ctrl-C ends it.\n"
        )

    def _say(self, sentence: str) -> None:
        click.echo(sentence, err=True)

    def _counter(self, label: str, total: int | None = None) -> Callable[[int], None]:
        def show(done: int) -> None:
            if not self._quiet:
                of = f" of {total:,}" if total else ""
                click.echo(f"\r{label}: {done:,}{of}", err=True, nl=done == total)

        return show
