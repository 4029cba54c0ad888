"""Daybook beside its peers: the same events, the same job, the same totals, each in one process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from benchmarks.contenders import ContenderFailedError, Field, Result, daybook, kafka_streams, peer
from benchmarks.environments import MissingToolError
from benchmarks.expected import outcome, without_recognition
from benchmarks.kafka import fill
from benchmarks.report import Row, at_least, rates
from benchmarks.rows.context import Context, say
from benchmarks.stream import Sent, Shops, occurrences, stores_of, stream
from daybook.ledger.calendar import Calendar
from daybook.schemas import topics

DAYBOOK: Final = "Daybook's worker"


class Contender(NamedTuple):
    """A contender, the part of the stream that it counts in bearable time, and what Daybook is to reach."""

    name: str
    run: Callable[[Field], Result]
    part: int = 1
    ratio: float | None = None
    recognises_repeats: bool = True


FULL: Final = (
    Contender(DAYBOOK, daybook),
    Contender("plain Faust agent", peer("faust_agent", "faust"), part=20, ratio=20),
    Contender("quixstreams", peer("quix", "quix"), part=8, ratio=3),
    Contender("bytewax", peer("bytewax_flow", "bytewax"), ratio=1.5),
    Contender("Kafka Streams", kafka_streams(), ratio=1),
    Contender("Kafka Streams, exactly once", kafka_streams(guarantee="exactly_once_v2")),
    Contender("bare loop", peer("bare_loop", "bare"), ratio=1, recognises_repeats=False),
)
ONE_SUM: Final = (
    Contender("plain Faust agent, one sum", peer("faust_agent", "faust", one_sum=True), part=20),
    Contender("quixstreams, one sum", peer("quix", "quix", one_sum=True)),
    Contender("bytewax, one sum", peer("bytewax_flow", "bytewax", one_sum=True)),
    Contender("Kafka Streams, one sum", kafka_streams(one_sum=True)),
    Contender("bare loop, one sum", peer("bare_loop", "bare", one_sum=True)),
)


def rows(context: Context) -> list[Row]:
    """Ratios of Daybook's rate to each peer's in the same round, and all rates."""
    race = Race(context)
    found: dict[str, list[Result]] = {}
    failed: dict[str, str] = {}
    for round_number in range(context.rounds):
        for contender in _turned(FULL, round_number):
            race.one(contender, found, failed)
    for contender in ONE_SUM:
        race.one(contender, found, failed)
    return [*_ratios(found, failed), *_rates(found), race.verdict(found, failed)]


class Race:
    """The filled topics, and one run after another on them."""

    def __init__(self, context: Context) -> None:
        shops = Shops()
        self._records = stream(context.events, shops)
        self._calendar = Calendar(stores_of(shops).stores)
        self._fields: dict[int, Field] = {}
        stores = context.stores(shops)
        for part in sorted({contender.part for contender in (*FULL, *ONE_SUM)}):
            records = self._of(part)
            topic = topics.EVENTS if part == 1 else f"bench.events.{part}"
            context.refill(records) if part == 1 else fill(context.bootstrap, topic, records)
            self._fields[part] = Field(context.bootstrap, topic, len(records), stores)

    def _of(self, part: int) -> Sequence[Sent]:
        return self._records[: len(self._records) // part]

    def one(self, contender: Contender, found: dict[str, list[Result]], failed: dict[str, str]) -> None:
        """Run a contender once, unless it has failed before."""
        if contender.name in failed:
            return
        try:
            result = contender.run(self._fields[contender.part])
        except (ContenderFailedError, MissingToolError) as error:
            failed[contender.name] = str(error).splitlines()[0]
            say(f"{contender.name}: {error}")
            return
        found.setdefault(contender.name, []).append(result)
        say(f"{contender.name}: {result.rate:,.0f} events a second ({result.version})")

    def verdict(self, found: dict[str, list[Result]], failed: dict[str, str]) -> Row:
        """Whether every run of every full contender came to the totals of the pure ledger."""
        wrong = sorted(contender.name for contender in FULL if not self._right(contender, found))
        figure = f"{sum(len(found.get(c.name, ())) for c in FULL)} runs"
        note = ", ".join([*wrong, *(f"{name}: {why}" for name, why in failed.items())])
        return Row("all contenders give the ledger's totals", figure, "equal", not wrong and not failed, note)

    def _right(self, contender: Contender, found: dict[str, list[Result]]) -> bool:
        records = self._of(contender.part)
        results = found.get(contender.name, [])
        if contender.recognises_repeats:
            must = outcome(records, self._calendar)
            return all(result.outcome == must for result in results)
        digest = without_recognition(occurrences(records), self._calendar)
        return all(result.outcome.digest == digest for result in results)


def _turned(contenders: Sequence[Contender], by: int) -> list[Contender]:
    """Another one begins each round, so that nobody always runs on the machine as it was left by the same."""
    place = by % len(contenders)
    return [*contenders[place:], *contenders[:place]]


def _ratios(found: dict[str, list[Result]], failed: dict[str, str]) -> list[Row]:
    made = []
    for contender in FULL:
        if contender.name == DAYBOOK:
            continue
        name = f"Daybook : {contender.name}"
        pairs = list(zip(found.get(DAYBOOK, ()), found.get(contender.name, ()), strict=False))
        ratios = [ours.rate / theirs.rate for ours, theirs in pairs]
        if not ratios:
            reason = failed.get(contender.name) or failed.get(DAYBOOK, "")
            made.append(Row(name, "no run", f">= {contender.ratio or 0:g}", reached=False, note=reason))
        elif contender.ratio is None:
            made.append(at_least(name, ratios, 0)._replace(target="", reached=None))
        else:
            made.append(at_least(name, ratios, contender.ratio))
    return made


def _rates(found: dict[str, list[Result]]) -> list[Row]:
    made = []
    for name, results in found.items():
        cpu = sum(result.cpu_seconds for result in results) / len(results)
        note = f"{results[0].version}; {cpu:.1f} s of its own processor time a million events"
        made.append(rates(name, [result.rate for result in results], "events/s", note))
    return made
