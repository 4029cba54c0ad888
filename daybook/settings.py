"""Settings of every process, from the environment: ``DAYBOOK_KAFKA_BOOTSTRAP`` and so on.

What a command takes as an option wins over the environment, and the environment over the file that
``DAYBOOK_SETTINGS_FILE`` names (TOML, the same names in small letters). Secrets are read from files, never
from values. docs/settings.md is made from what stands here (``python -m daybook.settings_reference``).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

PREFIX: Final = "DAYBOOK_"
SETTINGS_FILE: Final = "DAYBOOK_SETTINGS_FILE"


def _state_dir() -> Path:
    """The user's folder for such things, as the XDG Base Directory Specification has it."""
    base = os.environ.get("XDG_STATE_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".local" / "state") / "daybook"


class Settings(BaseSettings):
    """All settings with their defaults, which are for one machine and loopback."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", env_ignore_empty=True)

    kafka_bootstrap: str = Field("127.0.0.1:9092", description="Brokers, host:port, comma-separated.")
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT",
        description="How brokers are spoken to. SASL_PLAINTEXT encrypts nothing but the login.",
    )
    kafka_ca_file: Path | None = Field(
        None, description="PEM: who signs the brokers' certificates; the system's own list if unset."
    )
    kafka_certificate_file: Path | None = Field(
        None, description="PEM: our certificate, where brokers ask for one."
    )
    kafka_key_file: Path | None = Field(None, description="PEM: the private key to it.")
    kafka_user: str | None = Field(None, description="Name that we log in by (SASL).")
    kafka_password_file: Path | None = Field(None, description="Its password, in a file of its own.")
    kafka_sasl_mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] = Field(
        "SCRAM-SHA-512", description="How the password is proved; PLAIN sends it, so only over SASL_SSL."
    )
    application: str = Field(
        "daybook", description="Name from which consumer groups and producers take theirs."
    )
    partitions: Annotated[int, Field(ge=1, le=1024)] = Field(
        4, description="Of every topic alike, when topics are made. Unset: as was recorded then."
    )
    replication_factor: Annotated[int, Field(ge=1, le=10)] = Field(
        1, description="Brokers that keep a copy of each topic when topics are made; 3 where sales matter."
    )
    epoch: int | None = Field(
        None, description="Minutes since 2020 at the source topic's creation, if overridden."
    )

    clickhouse_url: str | None = Field(None, description="A server, such as http://127.0.0.1:8123.")
    clickhouse_user: str = Field("default", description="Name that we log in by.")
    clickhouse_password_file: Path | None = Field(None, description="Its password, in a file of its own.")
    clickhouse_ca_file: Path | None = Field(
        None, description="PEM: who signs its certificate (https); the system's own list if unset."
    )
    clickhouse_database: str = Field("daybook", description="Database in which Daybook's tables are.")
    clickhouse_cluster: Annotated[str, Field(pattern="^[A-Za-z_][A-Za-z0-9_]{0,63}$")] | None = Field(
        None, description="Cluster on all servers of which `daybook migrate` makes the tables, as replicas."
    )
    clickhouse_shards: bool = Field(
        False, description="Whether rows are spread over the shards of that cluster (docs/scale.md)."
    )
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
    rewards_file: Path | None = Field(
        None, description="JSON: what is given for good work, to whom, and for what."
    )
    adjustments_file: Path | None = Field(
        None, description="JSON: by how much days will differ from the usual."
    )
    reporting_currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = Field(
        None, description="ISO 4217 code of the currency in which a group is shown."
    )

    day_grace_hours: Annotated[float, Field(ge=0, le=744)] = Field(
        6.0, description="Hours after its end at which a store's business day is closed."
    )

    keep_raw_events_days: Annotated[int, Field(ge=7, le=36500)] | None = Field(
        None, description="Age at which ClickHouse lets raw events go; days cannot be counted anew then."
    )
    keep_dead_letters_days: Annotated[int, Field(ge=1, le=36500)] | None = Field(
        None, description="The same for dead letters."
    )
    keep_projections_days: Annotated[int, Field(ge=1, le=36500)] | None = Field(
        None, description="The same for projections, from which their accuracy is told."
    )
    keep_leaderboards_days: Annotated[int, Field(ge=1, le=36500)] | None = Field(
        None, description="The same for snapshots of leaderboards."
    )
    keep_notifications_days: Annotated[int, Field(ge=1, le=36500)] | None = Field(
        None, description="The same for the log of notifications."
    )

    checkpoint_seconds: Annotated[float, Field(gt=0, le=60)] = Field(
        0.25, description="Longest time between two checkpoints of a partition that changes."
    )
    checkpoint_events: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        20_000, description="Events of a partition after which a checkpoint is due at once."
    )
    session_timeout: Annotated[float, Field(ge=6, le=1800)] = Field(
        45.0, description="Seconds after which the partitions of a worker that gives no sign go to another."
    )
    stall_seconds: Annotated[float, Field(ge=10, le=3600)] = Field(
        120.0, description="Seconds without progress, though events wait, after which a worker ends itself."
    )
    metrics_port: Annotated[int, Field(ge=1, le=65535)] | None = Field(
        None,
        description="Port where a worker, sink, watcher, notifier or gateway tells metrics; none if unset.",
    )
    traces_url: str | None = Field(
        None, description="Where `daybook trace` sends spans (OTLP over HTTP); nowhere if unset."
    )
    metrics_host: str = Field(
        "127.0.0.1",
        description="Address of that port; off loopback only in a network of its own.",
    )
    tick_seconds: Annotated[float, Field(ge=0.1, le=300)] = Field(
        10.0, description="Between two decisions of a watcher, and of a notifier."
    )
    evaluation_seconds: Annotated[float, Field(ge=0.1, le=3600)] = Field(
        60.0, description="Between two evaluations of the rules of alerts."
    )
    watch_days: Annotated[int, Field(ge=2, le=3650)] = Field(
        100, description="Business days that a watcher keeps in memory."
    )
    sink_flush_seconds: Annotated[float, Field(gt=0, le=60)] = Field(
        0.25, description="How long the sink's rows may wait for more."
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="Form of log lines on stderr; json is one object a line."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] | None = Field(
        None, description="Least weight of log lines; if unset INFO for what runs on, WARNING for commands."
    )

    grafana_url: str | None = Field(
        None, description="Where Grafana answers, such as http://127.0.0.1:3000, for `daybook doctor`."
    )
    grafana_token_file: Path | None = Field(
        None, description="Token of a service account of Grafana's, in a file of its own."
    )
    grafana_user: str | None = Field(None, description="Instead of a token: a user of Grafana's.")
    grafana_password_file: Path | None = Field(None, description="Its password, in a file of its own.")
    grafana_clickhouse_url: str | None = Field(
        None, description="Where Grafana itself finds ClickHouse, for `daybook dashboards deploy`."
    )

    gateway_host: str = Field(
        "127.0.0.1", description="Address on which the gateway listens; it speaks plain HTTP."
    )
    gateway_port: Annotated[int, Field(ge=1, le=65535)] = Field(
        8400, description="Port on which the gateway listens."
    )
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
    gateway_in_flight_per_key: Annotated[int, Field(ge=1)] = Field(
        64, description="Requests of one key under way."
    )
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

    @model_validator(mode="after")
    def _login_is_whole(self) -> Self:
        if self.kafka_security_protocol.startswith("SASL") and not (
            self.kafka_user and self.kafka_password_file
        ):
            raise ValueError("SASL needs DAYBOOK_KAFKA_USER and DAYBOOK_KAFKA_PASSWORD_FILE")
        if self.kafka_security_protocol == "SASL_PLAINTEXT" and self.kafka_sasl_mechanism == "PLAIN":
            raise ValueError("PLAIN over SASL_PLAINTEXT would send the password for anyone to read")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What was given, then the environment, then the settings file."""
        del dotenv_settings, file_secret_settings  # read by nobody: one place each is enough
        file = os.environ.get(SETTINGS_FILE)
        if not file:
            return init_settings, env_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, Path(file))

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
