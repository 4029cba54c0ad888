"""A real Kafka broker for tests, without Docker: its jars from Maven, one KRaft node, loopback only."""

from tests.support.kafka.broker import KafkaBroker

__all__ = ["KafkaBroker"]
