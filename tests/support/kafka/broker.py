"""One Kafka broker (KRaft, controller included) that keeps its port and its data over kill and restart."""

from __future__ import annotations

import base64
import subprocess
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from tests.support.ports import free_port
from tests.support.process import ServerProcess

START_SECONDS = 90
"""A start takes 2 to 5 s alone on two cores, and several times that beside other work."""

# A small heap, and the cheapest compiler and collector: a broker of a test starts often and lives shortly.
_JVM = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true")
_LOGGING = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
)


@dataclass(frozen=True, slots=True)
class Node:
    """Where one node of a cluster listens: its id, the clients' port, and the controllers' port."""

    node_id: int = 1
    port: int = field(default_factory=free_port)
    controller_port: int = field(default_factory=free_port)


class KafkaBroker:
    """A broker on loopback.

    ``start`` and ``stop`` block for seconds: inside an async test call them with ``asyncio.to_thread``.
    Several brokers form a cluster when they get the same ``cluster_id`` and the same ``voters``.
    """

    def __init__(
        self,
        folder: Path,
        jars: Path,
        *,
        node: Node | None = None,
        voters: tuple[Node, ...] = (),
        cluster_id: str | None = None,
        settings: dict[str, str] | None = None,
    ) -> None:
        """Lays out a broker in ``folder``; ``settings`` adds to or overrides its server properties."""
        self.folder = folder
        self.node = node or Node()
        self.cluster_id = cluster_id or _cluster_id()
        self._jars = jars
        self._properties = folder / "server.properties"
        base = server_properties(self.node, voters or (self.node,), folder / "data")
        self._settings = base | (settings or {})
        command = self._java("kafka.Kafka", str(self._properties))
        self._process = ServerProcess(f"Kafka node {self.node.node_id}", command, log=folder / "log")

    @property
    def bootstrap(self) -> str:
        """The address that clients start from."""
        return f"127.0.0.1:{self.node.port}"

    @property
    def pid(self) -> int:
        """The process id, for a test that freezes the broker."""
        return self._process.pid

    def start(self, *, wait: bool = True) -> None:
        """Starts the broker, formatting its storage the first time; waits until it serves clients.

        Without ``wait`` it returns at once: the first nodes of a cluster cannot serve before the others run.

        Raises:
            RuntimeError: If it does not come up; the message carries the end of its log.
        """
        if not self._properties.exists():
            self._format()
        self._process.start(self.ready if wait else lambda: True, seconds=START_SECONDS)

    def stop(self) -> None:
        """Shuts the broker down in order."""
        self._process.stop()

    def kill(self) -> None:
        """Ends the broker as a power cut would."""
        self._process.kill()

    def ready(self) -> bool:
        """Whether this broker answers and is part of its cluster."""
        client = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
        try:
            brokers = client.list_topics(timeout=1).brokers
        except KafkaException:
            return False
        return self.node.node_id in brokers

    def _format(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        text = "".join(f"{key}={value}\n" for key, value in self._settings.items())
        draft = self._properties.with_suffix(".draft")
        draft.write_text(text)
        # One word with its option: an id may begin with a dash, which alone would be read as another option.
        cluster = f"--cluster-id={self.cluster_id}"
        arguments = ("format", cluster, "--config", str(draft), "--ignore-formatted")
        command = self._java("kafka.tools.StorageTool", *arguments)
        done = subprocess.run(command, capture_output=True, text=True, timeout=START_SECONDS, check=False)
        if done.returncode != 0:
            msg = f"Kafka's storage could not be formatted:\n{done.stdout}{done.stderr}"
            raise RuntimeError(msg)
        draft.rename(self._properties)

    def _java(self, main: str, *arguments: str) -> list[str]:
        return ["java", *_JVM, *_LOGGING, "-cp", f"{self._jars}/*", main, *arguments]


def server_properties(node: Node, voters: tuple[Node, ...], data: Path) -> dict[str, str]:
    """The settings of a node that is broker and controller in one.

    Internal topics get one copy and few partitions, so that transactions and consumer groups work on a single
    broker and start quickly.
    """
    return {
        "process.roles": "broker,controller",
        "node.id": str(node.node_id),
        "controller.quorum.voters": ",".join(f"{v.node_id}@127.0.0.1:{v.controller_port}" for v in voters),
        "listeners": f"PLAINTEXT://127.0.0.1:{node.port},CONTROLLER://127.0.0.1:{node.controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{node.port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": str(data),
        # After a kill the old registration stands in the new one's way for a session: 9 s as shipped.
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "500",
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": "0",
        "offsets.topic.num.partitions": "4",
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.num.partitions": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
    }


def _cluster_id() -> str:
    """A random id in Kafka's form: the 16 bytes of a UUID in base64."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
