"""How long-running commands end when they cannot go on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka.errors import KafkaError

from daybook.cli.store_options import give_up
from daybook.operations.base import CannotAct
from daybook.operations.registry import sentence
from daybook.producers.records import KafkaUnavailable
from daybook.settings import Settings
from daybook.sinks.errors import StoreError


@contextmanager
def told_in_a_sentence(settings: Settings) -> Iterator[None]:
    """Where Kafka, ClickHouse or a setting is missing, the command ends with one sentence and exit code 3."""
    try:
        yield
    except (CannotAct, KafkaUnavailable) as error:
        give_up(str(error))
    except StoreError as error:
        give_up(sentence(error))
    except KafkaError:
        give_up(
            f"Kafka does not answer at {settings.kafka_bootstrap}; see that it runs, or give --bootstrap."
        )
