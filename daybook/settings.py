"""Settings of every process, from the environment: ``DAYBOOK_KAFKA_BOOTSTRAP`` and so on.

What a command takes as an option wins over the environment. Secrets are read from files, never from values.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def _state_dir() -> Path:
    """The user's folder for such things, as the XDG Base Directory Specification has it."""
    base = os.environ.get("XDG_STATE_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".local" / "state") / "daybook"


class Settings(BaseSettings):
    """All settings with their defaults, which are for one machine and loopback."""

    model_config = SettingsConfigDict(env_prefix="DAYBOOK_", extra="ignore")

    kafka_bootstrap: str = Field("127.0.0.1:9092", description="Brokers, host:port, comma-separated.")
    application: str = Field(
        "daybook", description="Name from which consumer groups and producers take theirs."
    )
    partitions: Annotated[int, Field(ge=1, le=1024)] = Field(4, description="Of every topic alike.")
    replication_factor: Annotated[int, Field(ge=1, le=10)] = 1
    epoch: int | None = Field(
        None, description="Minutes since 2020 at the source topic's creation, if overridden."
    )

    clickhouse_url: str | None = Field(None, description="A server, such as http://127.0.0.1:8123.")
    clickhouse_user: str = "default"
    clickhouse_password_file: Path | None = None
    clickhouse_database: str = "daybook"
    data_dir: Path | None = Field(
        None, description="Folder of the embedded engine, where there is no server."
    )
    state_dir: Path = Field(
        default_factory=_state_dir, description="Folder of what commands remember between runs."
    )
    stores_file: Path | None = Field(
        None, description="JSON: which stores there are, their zones and cutoffs."
    )
    rules_file: Path | None = Field(None, description="JSON: what is worth an alert, and who is told of it.")
    targets_file: Path | None = Field(None, description="JSON: what stores are meant to sell.")
    staff_file: Path | None = Field(None, description="JSON: who sells, and in which team from when on.")
    measures_file: Path | None = Field(None, description="JSON: measures of your own, as expressions.")
    leaderboards_file: Path | None = Field(
        None, description="JSON: which leaderboards are kept live; a usual set, if unset."
    )
    reporting_currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None

    day_grace_hours: Annotated[float, Field(ge=0, le=744)] = Field(
        6.0, description="Hours after its end at which a store's business day is closed."
    )

    checkpoint_seconds: Annotated[float, Field(gt=0, le=60)] = 0.25
    checkpoint_events: Annotated[int, Field(ge=1, le=1_000_000)] = 8000
    session_timeout: Annotated[float, Field(ge=6, le=1800)] = Field(
        45.0, description="Seconds after which the partitions of a worker that gives no sign go to another."
    )
    stall_seconds: Annotated[float, Field(ge=10, le=3600)] = Field(
        120.0, description="Seconds without progress, though events wait, after which a worker ends itself."
    )
    metrics_port: Annotated[int, Field(ge=1, le=65535)] | None = Field(
        None, description="Port on loopback where a worker, sink or gateway tells its metrics; none if unset."
    )
    tick_seconds: Annotated[float, Field(ge=0.1, le=300)] = Field(
        10.0, description="Between two decisions of a watcher, and of a notifier."
    )
    watch_days: Annotated[int, Field(ge=2, le=3650)] = Field(
        100, description="Business days that a watcher keeps in memory."
    )
    sink_flush_seconds: Annotated[float, Field(gt=0, le=60)] = 0.25

    gateway_host: str = "127.0.0.1"
    gateway_port: Annotated[int, Field(ge=1, le=65535)] = 8400
    gateway_keys_file: Path | None = Field(None, description="JSON: API keys, as hashes.")
    shops_file: Path | None = Field(None, description="JSON: connections to other systems (webhooks).")
    gateway_body_bytes: Annotated[int, Field(ge=1024, le=2**28)] = Field(
        8 * 2**20, description="Of one body, as it is sent and unpacked."
    )
    gateway_events: Annotated[int, Field(ge=1, le=100_000)] = Field(500, description="In one request.")
    gateway_depth: Annotated[int, Field(ge=4, le=200)] = Field(
        32, description="Levels of an event's nesting."
    )
    gateway_events_per_second: Annotated[float, Field(gt=0)] = Field(
        5_000.0, description="With one key, on the long run."
    )
    gateway_burst_events: Annotated[int, Field(ge=1)] = Field(20_000, description="With one key, at once.")
    gateway_in_flight: Annotated[int, Field(ge=1)] = Field(256, description="Requests under way.")
    gateway_in_flight_per_key: Annotated[int, Field(ge=1)] = 64
    gateway_buffered_bytes: Annotated[int, Field(ge=2**20)] = Field(
        256 * 2**20, description="Of all bodies in memory."
    )
    gateway_header_seconds: Annotated[float, Field(gt=0, le=300)] = Field(
        10.0, description="For which a request's headers may take to arrive."
    )
    gateway_body_seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        30.0, description="For which its body may."
    )
    gateway_connections: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        8192, description="At one more, the one that has waited longest for its client goes."
    )

    @property
    def sink_group(self) -> str:
        """The sink's consumer group."""
        return f"{self.application}-sink"

    @property
    def engine_dir(self) -> Path | None:
        """The embedded engine's own folder inside the data folder."""
        return None if self.data_dir is None else self.data_dir / "clickhouse"

    @property
    def gateway_url(self) -> str:
        """Where a running demo or gateway answers."""
        return f"http://{self.gateway_host}:{self.gateway_port}"

    def clickhouse_password(self) -> str:
        """The password in the file that was named; empty without one.

        Raises:
            OSError: the file cannot be read.
        """
        if self.clickhouse_password_file is None:
            return ""
        return self.clickhouse_password_file.read_text(encoding="utf-8").strip()
