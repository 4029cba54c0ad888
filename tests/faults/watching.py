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
    """Kill the watcher at each step of deciding that alerts fire."""
    name = "watcher killed between decide, log and send"
    on.notifier.start()
    for step in steps:
        on.kill_at(on.watcher, f"tick:{step}:1", *_off(without))
        if without:
            break  # what was decided and not told is never decided again
    on.forced(on.watcher, *_off(without))
    on.watcher.ends_itself = False
    patience = _PATIENCE if without else LIMIT
    if not on.heard_within(patience, on.heard.fires):
        return Row(name, reached=False, seen={}, detail=f"{DIFFERS}{on.untold()} alerts were never told")
    on.tell_recovery()
    on.wait(lambda: set(on.heard.over) == set(STORES), "every end told")
    twice = sum(on.heard.fires.values()) + sum(on.heard.over.values()) - 2 * len(STORES)
    seen = {"kills": len(steps), "told": sum(on.heard.fires.values()), "twice": twice}
    detail = f"{len(STORES)} alerts and their ends, {on.heard.forged} forged"
    return Row(name, on.heard.forged == 0, seen, detail)


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
