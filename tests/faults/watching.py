"""The watcher killed at every step, and left without ClickHouse: no notification may be lost."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final

from daybook.sinks.store import Store
from tests.faults.alerting import LIMIT, STORES, Alerting, alerting
from tests.faults.ground import DIFFERS, Run, clickhouse_in
from tests.faults.rows import Row
from tests.support.kafka.broker import KafkaBroker
from tests.support.kafka.jars import fetch_jars

STEPS: Final = ("begin", "changelog", "sent", "committed")
_PATIENCE: Final = 25.0
"""For what does not come without a safeguard."""


def watcher_killed(run: Run) -> Row:
    """SIGKILL at the steps of a decision, until every alert and every end of one was told."""
    with own_broker(run) as bootstrap, alerting(bootstrap, run.folder) as on:
        return killed_watcher(on, run.pick_steps(STEPS, short=("changelog", "committed")), run.without)


def killed_watcher(on: Alerting, steps: tuple[str, ...], without: str = "") -> Row:
    """Kill the watcher at each step of deciding that alerts fire, and again that they are over."""
    name = "watcher killed between decide, log and send"
    on.notifier.start()
    seen = {"kills": 0, "told": 0, "twice": 0}
    for state, heard in (("firing", on.heard.fires), ("resolved", on.heard.over)):
        if state == "resolved":
            on.watcher.kill()
            on.tell_recovery()
        # What was decided and not told is not decided again: without the safeguard one kill is enough.
        for step in steps[:1] if without else steps:
            on.kill_at(on.watcher, f"{state}:{step}:1", *_off(without))
            seen["kills"] += 1
        on.forced(on.watcher, *_off(without))
        on.watcher.ends_itself = False
        if not on.heard_within(_PATIENCE if without else LIMIT, heard):
            untold = len(set(STORES) - set(heard))
            return Row(name, reached=False, seen=seen, detail=f"{DIFFERS}{untold} of {state} were never told")
    seen["told"] = sum(on.heard.fires.values()) + sum(on.heard.over.values())
    seen["twice"] = seen["told"] - 2 * len(STORES)
    return Row(name, on.heard.forged == 0, seen, f"{len(STORES)} alerts and their ends")


def clickhouse_away(run: Run) -> Row:
    """Alerts fire and are told while ClickHouse is away; once it is back it has them all."""
    name = "an alert fires while ClickHouse is away"
    with contextlib.ExitStack() as stack:
        bootstrap = stack.enter_context(own_broker(run))
        on = stack.enter_context(alerting(bootstrap, run.folder))
        server = clickhouse_in(run.folder / "clickhouse")
        stack.callback(server.kill)
        server.start()
        on.use_clickhouse(server.url)
        server.kill()
        for program in (on.watcher, on.notifier):
            on.forced(program, *_off(run.without))
            program.ends_itself = False
        told = on.heard_within(_PATIENCE if run.without else LIMIT, on.heard.fires)
        if not told:
            return Row(name, reached=False, seen={}, detail=f"{DIFFERS}{on.untold()} alerts were not told")
        server.start()
        sink = on.program("sink")
        stack.callback(sink.kill)
        sink.start()
        store = Store.over_http(server.url)
        stack.callback(store.close)
        on.wait(lambda: _stored(store) == len(STORES), "every alert in ClickHouse")
    seen = {"told while it was away": len(on.heard.fires), "stored afterwards": len(STORES)}
    return Row(name, on.heard.forged == 0, seen, f"{len(STORES)} alerts, seed {run.seed}")


def _stored(store: Store) -> int:
    """How many alerts fire by what ClickHouse has."""
    [(found,)] = store.rows("SELECT count() FROM alerts FINAL WHERE state = 'firing'")
    return int(found)


def _off(without: str) -> tuple[str, ...]:
    return (f"no:{without}",) if without else ()


@contextlib.contextmanager
def own_broker(run: Run) -> Iterator[str]:
    """A broker of the row's own."""
    run.folder.mkdir(parents=True, exist_ok=True)
    broker = KafkaBroker(run.folder / "kafka", fetch_jars())
    broker.start()
    try:
        yield broker.bootstrap
    finally:
        broker.kill()
