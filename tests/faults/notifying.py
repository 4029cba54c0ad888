"""The notifier killed at every moment between decide, log and send: no alert is left untold."""

from __future__ import annotations

import base64
import threading
import time
from collections import Counter

import orjson
from confluent_kafka import Producer

from daybook.schemas import topics
from tests.faults.forced import NOTIFYING_STEPS
from tests.faults.ground import DIFFERS, Ground, Run, ground
from tests.faults.rows import Row
from tests.streams.program import Program
from tests.support.receiver import Receiver
from tests.support.tree import ROOT

_EXAMPLE = ROOT / "schemas" / "examples" / "alerts" / "alert--region-low.json"
_EACH_SECOND = 1
_ROUTE = {"name": "all", "receivers": ["desk"], "group_wait_seconds": 0, "group_interval_seconds": 0}


class _Alerts:
    """Alerts that begin to fire one after the other, as a watcher tells them; each is a group of its own."""

    def __init__(self, bootstrap: str) -> None:
        self._producer = Producer(
            {"bootstrap.servers": bootstrap, "enable.idempotence": True, "log_level": 0}
        )
        self._example = orjson.loads(_EXAMPLE.read_bytes())
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._fire)
        self.fired: list[str] = []

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Let no more begin; all are in Kafka then."""
        self._ending.set()
        self._thread.join()
        assert self._producer.flush(30) == 0

    def _fire(self) -> None:
        while not self._ending.wait(1 / _EACH_SECOND):
            number = len(self.fired) + 1
            key = f"{number:032x}"
            alert = self._example | {"dedup_key": key, "rule": f"rule-{number}", "version": number}
            self._producer.produce(topics.ALERTS, orjson.dumps(alert), key, 0)
            self._producer.poll(0)
            self.fired.append(key)


def notifier_killed(run: Run) -> Row:
    """SIGKILL before and after each step of a decision's transaction, of its sending and of its log."""
    chance = run.chance()
    with ground(run) as on, Receiver() as desk:
        notifier = _notifier(on, desk)
        alerts = _Alerts(on.plant.bootstrap)
        steps = NOTIFYING_STEPS[3:] if run.short else NOTIFYING_STEPS
        seen = dict.fromkeys((f"killed at {step}" for step in steps), 0)
        alerts.start()
        try:
            for _ in range(run.pick(1, 5)):
                for step in steps:
                    on.forced(notifier, f"kill:{step}:{chance.randint(2, 4)}")
                    notifier.start()
                    on.plant.wait(notifier.ended, f"the end of the notifier at {step}")
                    notifier.kill()
                    seen[f"killed at {step}"] += 1
        finally:
            alerts.end()
        notifier.ends_itself = False
        on.forced(notifier)
        notifier.start()
        return _judged(on, alerts, desk, seen)


def _notifier(on: Ground, desk: Receiver) -> Program:
    secret = "whsec_" + base64.b64encode(bytes(range(32))).decode()
    (on.plant.folder / "desk.secret").write_text(secret)
    receiver = {"id": "desk", "type": "webhook", "url": f"{desk.url}/alerts", "secret_file": "desk.secret"}
    rules = on.plant.folder / "rules.json"
    rules.write_bytes(orjson.dumps({"rules": [], "receivers": [receiver], "routes": [_ROUTE]}))
    on.plant.environment |= {"DAYBOOK_RULES_FILE": str(rules), "DAYBOOK_TICK_SECONDS": "0.5"}
    return on.plant.program("notifier")


def _judged(on: Ground, alerts: _Alerts, desk: Receiver, seen: dict[str, int]) -> Row:
    patience = 20 if on.run.without else on.plant.limit
    heard, deadline = 0, time.monotonic() + patience
    while (untold := set(alerts.fired) - _told(desk).keys()) and time.monotonic() < deadline:
        for program in on.plant.programs:
            program.tend()
        if len(desk.requests) > heard:
            heard, deadline = len(desk.requests), time.monotonic() + patience
        time.sleep(0.2)
    told = _told(desk)
    seen |= {"alerts": len(alerts.fired), "told again": sum(times - 1 for times in told.values())}
    missing = [what for what, count in seen.items() if not count and what != "told again"]
    detail = f"{len(alerts.fired)} alerts, each told, seed {on.run.seed}"
    if missing:
        detail = f"not seen: {', '.join(missing)}"
    if untold:
        detail = f"{DIFFERS}{len(untold)} alerts were never told"
    return Row("notifier killed between decide, log and send", not untold and not missing, seen, detail)


def _told(desk: Receiver) -> Counter[str]:
    """How often each alert was told to fire."""
    return Counter(key for posted in list(desk.requests) for key in orjson.loads(posted.body)["firing"])
