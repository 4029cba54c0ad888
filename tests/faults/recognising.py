"""The recognition agent killed between decide and tell: no award is given twice, and none is lost."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import orjson

from daybook.ledger import measures as m
from daybook.ledger.messages import PartitionPosition, TotalsBucket, encode
from daybook.ledger.positions import version
from daybook.ledger.signals.encoding import SignalBucket, encode_bucket
from daybook.producers.gateway.signatures import signed, signer
from daybook.schemas import topics
from daybook.schemas.awards import Award, decode_award_record
from daybook.schemas.notifications import Notification
from tests.faults.alerting import EPOCH, KEY, Alerting
from tests.faults.ground import DIFFERS, Run
from tests.faults.rows import Row
from tests.faults.watching import STEPS, own_broker
from tests.support.receiver import Answer, Posted, Receiver

PEOPLE: Final = ("ann", "ben", "cat")
DAYS: Final = 3
_PERSON, _TEAM = "person", "team"


class Told:
    """Which awards each receiver was told of, in order."""

    def __init__(self) -> None:
        self.order: list[tuple[str, str]] = []

    def __call__(self, posted: Posted) -> Answer:
        """Take a notification whose signature is right."""
        if signer(signed(posted.headers, datetime.now(UTC)), posted.body, [KEY]) is None:
            return 401, {}, b""
        told = Notification.model_validate_json(posted.body)
        if told.award is not None:
            self.order.append((told.receiver, told.award.award_id))
        return 204, {}, b""

    def heard(self, receiver: str) -> set[str]:
        """Awards that it was told of."""
        return {award for name, award in self.order if name == receiver}

    def in_order(self) -> bool:
        """Whether every person was told before the team."""
        return all(
            self.order.index((_PERSON, award)) < self.order.index((_TEAM, award))
            for award in self.heard(_TEAM)
        )


class Recognising(Alerting):
    """The same ground: people who sold enough on three days to earn something on each, and won a deal."""

    def __init__(self, bootstrap: str, folder: Path, receiver: Receiver) -> None:
        super().__init__(bootstrap, folder, receiver)
        self.awards = Told()
        receiver.answer = self.awards
        self.environment |= {
            "DAYBOOK_REWARDS_FILE": str(folder / "rewards.json"),
            "DAYBOOK_STAFF_FILE": str(folder / "staff.json"),
            "DAYBOOK_DAY_GRACE_HOURS": "0",
        }
        self.watcher, self.notifier = self.program("watcher"), self.program("notifier")

    def _write_files(self, url: str) -> None:
        super()._write_files(url)
        rules = [
            {"id": name, "type": "webhook", "url": f"{url}/{name}", "secret_file": "hook.secret"}
            for name in (_PERSON, _TEAM)
        ]
        self._write("rules", {"rules": [], "receivers": rules})
        self._write("staff", {"staff": [{"staff_id": name, "receiver": _PERSON} for name in PEOPLE]})
        programme = {
            "programme_id": "a-good-day",
            "title": "A day above 100 pounds",
            "who": "staff",
            "period": "day",
            "currency": "GBP",
            "give": {"how": "everyone", "at_least": "100"},
            "prize": {"kind": "praise", "label": "well done"},
            "first": (self._today() - timedelta(days=DAYS)).isoformat(),
            "last": (self._today() - timedelta(days=1)).isoformat(),
            "person_first_hours": 0,
            "tell": [_TEAM],
        }
        by_signals = programme | {
            "programme_id": "a-deal",
            "title": "A deal won",
            "measure": "deals_won",
            "give": {"how": "everyone", "at_least": "1"},
            "first": programme["last"],
        }
        self._write("rewards", {"programmes": [programme, by_signals]})

    def _write(self, name: str, document: dict[str, object]) -> None:
        (self.folder / f"{name}.json").write_bytes(orjson.dumps(document))

    def _today(self) -> date:
        return datetime.fromtimestamp(self.now, UTC).date()

    def tell_past(self) -> None:
        """What everybody sold on each of the days, and the deals of the last one."""
        vector = [0] * m.WIDTH
        vector[m.GROSS], vector[m.ORDERS] = 10_000, 4
        with self._producer() as producer:
            for back in range(1, DAYS + 1):
                place = version(EPOCH, back)
                day = (self._today() - timedelta(days=back)).isoformat()
                entries = {name: [place, *vector] for name in PEOPLE}
                bucket = TotalsBucket(EPOCH, 0, place, "sales", day, "GBP", "staff", entries)
                key = f"sales|{day}|GBP|staff|0".encode()
                producer.produce(topics.TOTALS, encode(bucket), key, partition=0)
            position = PartitionPosition(EPOCH, 0, DAYS, DAYS, DAYS, 0, 0, 0, self.now * 1000)
            producer.produce(topics.TOTALS, encode(position), b"position", partition=0)
            place, deals = version(EPOCH, 1), {"deals_won": 1}
            won = SignalBucket(
                EPOCH, 0, place, "sales", (self._today() - timedelta(days=1)).isoformat(), "GBP", "staff",
                dict.fromkeys(PEOPLE, (place, deals)),
            )  # fmt: skip
            key = f"sales|{won.business_date}|GBP|staff|0".encode()
            producer.produce(topics.SIGNAL_TOTALS, encode_bucket(won), key, partition=0)
            producer.produce(topics.SIGNAL_TOTALS, encode(position), b"position|0", partition=0)

    def given(self) -> list[Award]:
        """Every record of an award in the log of what is decided."""
        records = map(decode_award_record, self.records(topics.AWARDS))
        return [record for record in records if isinstance(record, Award)]


@contextlib.contextmanager
def recognising(bootstrap: str, folder: Path) -> Iterator[Recognising]:
    """The ground, with the days told and nothing started."""
    with Receiver() as receiver:
        made = Recognising(bootstrap, folder, receiver)
        try:
            made.tell_past()
            yield made
        finally:
            made.end()


def recognition_killed(run: Run) -> Row:
    """SIGKILL at the steps of a decision about awards, then at those of telling them."""
    with own_broker(run) as bootstrap, recognising(bootstrap, run.folder) as on:
        return killed_recognition(on, run.pick_steps(STEPS, short=("changelog", "committed")))


def killed_recognition(on: Recognising, steps: tuple[str, ...]) -> Row:
    """Kill the watcher at each step, and the notifier before and after it sends."""
    for step in steps:
        on.kill_at(on.watcher, f"award:{step}:1")
    for step in ("send", "delivered"):
        if not on.watcher.running():
            on.forced(on.watcher)
        on.kill_at(on.notifier, f"kill:{step}:1")
    for program in (on.watcher, on.notifier):
        if not program.running():
            on.forced(program)
            program.ends_itself = False
    expected = len(PEOPLE) * (DAYS + 1)
    told = on.awards
    on.wait(lambda: len(told.heard(_PERSON)) == len(told.heard(_TEAM)) == expected, "every award told")
    records = on.given()
    decided = Counter({(record.award_id, record.decided_at) for record in records})
    once = len(decided) == len({record.award_id for record in records}) == expected
    right = once and told.in_order()
    twice = len(told.order) - 2 * expected
    seen = {"kills": len(steps) + 2, "awards": len(decided), "told again": twice}
    detail = f"{expected} awards, each decided once, told to the person and then to the team"
    return Row(
        "recognition killed between decide and tell", right, seen, detail if right else DIFFERS + detail
    )
