"""The epoch of the source topic, and what worker and sink say when something is not as it has to be."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from daybook.epochs import raise_epoch, read_epoch
from daybook.ledger.positions import epoch_at
from daybook.ledger.state import PartitionLedger, Record
from daybook.schemas import topics
from daybook.topics import check_topics, create_topics, planned_topics
from daybook.worker import restorer
from tests.streams.plant import CALENDAR
from tests.streams.trade import Trade
from tests.support.kafka import KafkaBroker
from tests.support.ports import free_port

NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)
PLANS = planned_topics(
    partitions=2, replication_factor=1, application="daybook", retention=timedelta(days=14)
)


async def test_the_epoch_rises_with_each_creation(kafka_broker: KafkaBroker) -> None:
    """None at first, then the minute of the creation; a topic made anew in the same minute gets the next."""
    bootstrap = kafka_broker.bootstrap
    assert await read_epoch(bootstrap) is None
    first = (await create_topics(bootstrap, PLANS)).epoch
    assert first is not None
    assert await read_epoch(bootstrap) == first
    await create_topics(bootstrap, PLANS)
    assert await read_epoch(bootstrap) == first
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.delete_topics([topics.EVENTS])
    await admin.close()
    await create_topics(bootstrap, PLANS)
    second = await read_epoch(bootstrap)
    assert second is not None
    assert second > first
    assert await raise_epoch(bootstrap, 2, now=NOW - timedelta(days=365)) == second + 1
    later = datetime.now(UTC) + timedelta(days=1)
    assert await raise_epoch(bootstrap, 2, now=later) == epoch_at(later)
    assert await read_epoch(bootstrap) == epoch_at(later)


async def test_wrong_topics_are_told_in_sentences(kafka_broker: KafkaBroker) -> None:
    """A topic that is missing and a wrong partition count are each said in one sentence."""
    bootstrap = kafka_broker.bootstrap
    assert f"There is no topic {topics.EVENTS}." in await check_topics(bootstrap, PLANS)
    await create_topics(bootstrap, PLANS)
    assert await check_topics(bootstrap, PLANS) == []
    more = [plan._replace(partitions=3) for plan in PLANS if plan.name == topics.EVENTS]
    assert await check_topics(bootstrap, more) == [f"{topics.EVENTS} has 2 partitions, not 3."]


def test_a_state_of_an_older_epoch_goes_on_at_the_new_beginning() -> None:
    """What was counted stays, and the new topic is read from its first record."""
    old = PartitionLedger(0, 5, CALENDAR)
    recorded = int(datetime.now(UTC).timestamp() * 1000)
    old.fold([Record(i, recorded, sent.value) for i, sent in enumerate(Trade(1).events(20))])
    changelog = {key: value for key, value in old.take_checkpoint().changelog if value is not None}
    restored = restorer(6, CALENDAR, PartitionLedger)(0, dict(changelog))
    assert (restored.epoch, restored.next_offset, restored.position.received) == (6, 0, 20)
    assert dict(restored.totals.items()) == dict(old.totals.items())
    assert restorer(5, CALENDAR, PartitionLedger)(0, dict(changelog)).next_offset == 20
    with pytest.raises(ValueError, match="epoch 5, newer than 4"):
        restorer(4, CALENDAR, PartitionLedger)(0, changelog)


@pytest.mark.parametrize("command", ["worker", "sink"])
def test_says_in_one_sentence_that_kafka_is_not_there(
    command: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Exit code 3 and a sentence, not a traceback."""
    stores = tmp_path_factory.mktemp("stores") / "stores.json"
    stores.write_text('{"stores": []}')
    arguments = ["--bootstrap", f"127.0.0.1:{free_port()}", "--stores", str(stores)]
    done = subprocess.run(
        [sys.executable, "-m", "daybook.cli.main", command, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "Kafka" in done.stderr.splitlines()[-1]
