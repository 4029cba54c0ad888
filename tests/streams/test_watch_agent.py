"""The watch agent: what it decides survives it, and what people say to alerts is carried out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from daybook.ledger.alerts.findings import Finding
from daybook.ledger.alerts.states import Details
from daybook.ledger.alerts.watching import Question
from daybook.ledger.merged import MergedTotals
from daybook.schemas import topics
from daybook.schemas.alert_commands import AcknowledgeAlert, EndSilence, SilenceAlerts
from daybook.schemas.alerts import Alert, AlertState, Match, Silence
from daybook.schemas.rules import RulesFile
from daybook.schemas.ticks import Command
from daybook.streams.watch_agent import WatchAgent
from tests.ledger.alerts.world import NOON, QUAYSIDE, TODAY, file_of, rule, selling_less

RULE = rule("recent", hold_minutes=0)
EVERY = timedelta(seconds=60)


class Sales:
    """Facts of one store, which sells less than usual or does not."""

    def __init__(self) -> None:
        self.drop = 0
        self.asked = 0

    def questions(
        self,
        rules: RulesFile,
        now: object,  # noqa: ARG002 - as is the rest, the protocol's
        view: MergedTotals,  # noqa: ARG002
        going_on: Iterable[Alert],  # noqa: ARG002
    ) -> Iterable[Question]:
        """How the store does."""
        self.asked += 1
        return [Question(each, QUAYSIDE, TODAY, selling_less(self.drop)) for each in rules.rules]

    def prepared(self, now: object, view: MergedTotals) -> Iterator[None]:  # noqa: ARG002
        """Nothing to do."""
        return iter(())

    def changes(self) -> Iterable[tuple[bytes, bytes | None]]:
        """How often it was asked."""
        return [(b"asked", str(self.asked).encode())]

    def restore(self, entries: Mapping[bytes, bytes]) -> None:
        """Take it over."""
        self.asked = int(entries.get(b"asked", b"0"))

    def details(self, question: Question, finding: Finding) -> Details:
        """Words."""
        return Details(title=f"{question.scope.key}: {finding.reason}")


class Desk:
    """An agent with its table, and what it told."""

    def __init__(self) -> None:
        self.sales = Sales()
        self.rules = file_of(RULE)
        self.table: dict[bytes, bytes] = {}
        self.topic: dict[bytes, bytes | None] = {}
        self.now = NOON
        self.begin()

    def begin(self) -> None:
        """As after a kill: all that it knows is in the table."""
        self.agent = WatchAgent(lambda: self.rules, self.sales, EVERY)
        self.agent.restore(self.table)

    def tick(self, *commands: Command, seconds: int = 60) -> None:
        """Time goes on."""
        self.now += timedelta(seconds=seconds)
        outcome = self.agent.on_tick(self.now, MergedTotals(), commands)
        for key, value in outcome.entries.items():
            if value is None:
                del self.table[key]
            else:
                self.table[key] = value
        for record in outcome.records:
            assert record.topic == topics.ALERTS
            self.topic[record.key or b""] = record.value

    def alert(self) -> Alert:
        """The one alert, as others see it."""
        (value,) = self.topic.values()
        return Alert.model_validate_json(value or b"")

    def state(self) -> AlertState:
        """Where it stands."""
        return self.alert().state


def firing() -> Desk:
    """An alert that fires."""
    desk = Desk()
    desk.sales.drop = 50
    desk.tick()
    assert desk.state() is AlertState.PENDING
    desk.tick()
    assert desk.state() is AlertState.FIRING
    return desk


def states(desk: Desk, drops: Sequence[int]) -> list[str]:
    """What becomes of the alert over evaluations."""
    found = []
    for drop in drops:
        desk.sales.drop = drop
        desk.tick()
        found.append(desk.state().value)
    return found


def test_an_alert_outlives_its_watcher() -> None:
    """Pending, then killed; the next goes on where it stood, so it fires at the second evaluation."""
    desk = Desk()
    desk.sales.drop = 50
    desk.tick()
    desk.begin()
    desk.tick()
    first = desk.alert()
    assert first.state is AlertState.FIRING
    desk.begin()
    assert states(desk, [50, 0, 0]) == ["firing", "firing", "resolved"]
    assert desk.alert().version > first.version


def test_rules_are_evaluated_at_their_own_pace() -> None:
    """Ticks come more often than evaluations; two evaluations are two, however many ticks lie between."""
    desk = Desk()
    for _ in range(13):
        desk.tick(seconds=10)
    assert desk.sales.asked == 3


def test_somebody_takes_an_alert_on() -> None:
    """It is acknowledged at once, also over a kill, and ends as any other."""
    desk = firing()
    key = desk.alert().dedup_key
    command = AcknowledgeAlert(dedup_key=key, by="ann", at=desk.now)
    desk.tick(AcknowledgeAlert(dedup_key="0" * 32, by="ann", at=desk.now), command, seconds=1)
    assert desk.state() is AlertState.ACKNOWLEDGED
    desk.begin()
    assert states(desk, [50, 0, 0]) == ["acknowledged", "acknowledged", "resolved"]


def test_a_silence_holds_until_its_end_or_until_it_is_taken_back() -> None:
    """It survives a kill; when it ends and the alert still holds, the alert fires again."""
    for taken_back in (True, False):
        desk = firing()
        silence = Silence(
            silence_id="s1",
            match=Match(rules=["recent"]),
            starts_at=desk.now,
            ends_at=desk.now + timedelta(minutes=10),
            by="ann",
            reason="known",
        )
        desk.tick(SilenceAlerts(silence=silence, at=desk.now), seconds=1)
        assert desk.state() is AlertState.SILENCED
        desk.begin()
        desk.tick()
        assert desk.state() is AlertState.SILENCED
        if taken_back:
            desk.tick(EndSilence(silence_id="s1", by="ann", at=desk.now), seconds=5)
        else:
            desk.tick(seconds=600)
        assert desk.state() is AlertState.FIRING


def test_what_is_long_over_is_forgotten() -> None:
    """Two days after its end an alert leaves the table and the topic."""
    desk = firing()
    states(desk, [0, 0])
    for _ in range(49):
        desk.tick(seconds=3600)
    assert list(desk.topic.values()) == [None]
    assert [key for key in desk.table if not key.startswith(b"fact|")] == []


def test_an_alert_of_a_rule_that_is_gone_ends() -> None:
    """The rules file was changed under way."""
    desk = firing()
    desk.rules = file_of()
    desk.tick()
    assert (desk.state(), desk.alert().reason) == (AlertState.RESOLVED, "rule_gone")


def test_what_the_facts_go_by_is_kept_in_the_table() -> None:
    """What gathers the facts is given back what it had to remember, with each evaluation."""
    desk = Desk()
    desk.tick()
    desk.tick()
    assert desk.sales.asked == 2
    desk.sales.asked = 0
    desk.begin()
    assert desk.sales.asked == 2
