"""Every metric that Daybook has, with its meaning. What is not listed here cannot be told."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple


class Metric(NamedTuple):
    """A metric as Prometheus knows it. Times are seconds, and begin with the process where they count up."""

    name: str
    kind: Literal["gauge", "counter"]
    help: str
    labels: tuple[str, ...] = ()


LAG: Final = Metric(
    "daybook_lag_events",
    "gauge",
    "Events of a partition in Kafka that are not counted yet; signals have a topic of their own.",
    ("topic", "partition"),
)
CHECKPOINT_AGE: Final = Metric(
    "daybook_checkpoint_age_seconds", "gauge", "Age of the oldest change that no checkpoint holds yet."
)
FRESHNESS: Final = Metric(
    "daybook_freshness_seconds", "gauge", "Age of the newest counted event, while others wait; else 0."
)
RECEIVED: Final = Metric(
    "daybook_received_events", "gauge", "Events that a partition's state knows.", ("partition",)
)
DUPLICATES: Final = Metric(
    "daybook_duplicate_events", "gauge", "Repeats and superseded snapshots among them.", ("partition",)
)
DEAD: Final = Metric("daybook_dead_events", "gauge", "Dead letters among them.", ("partition",))
MISSING: Final = Metric(
    "daybook_missing_events", "gauge", "Events that retention took before they were counted.", ("partition",)
)
DEAD_LETTERS: Final = Metric(
    "daybook_dead_letters", "counter", "Dead letters written by this process, by reason.", ("reason",)
)
CHECKPOINTS: Final = Metric("daybook_checkpoints", "counter", "Checkpoints that this process has written.")
LOST_CHECKPOINTS: Final = Metric(
    "daybook_lost_checkpoints", "counter", "Checkpoints that failed, after which state was read again."
)
FENCINGS: Final = Metric(
    "daybook_fencings", "counter", "Checkpoints that were refused because another worker had taken over."
)
REPLAYS: Final = Metric("daybook_replays", "counter", "Times that a batch had to be read again.")
DEFECTS: Final = Metric(
    "daybook_batches_with_defects",
    "counter",
    "Batches that a defect kept from being read in columns: counted rightly, and slowly.",
)
SINK_BACKLOG: Final = Metric(
    "daybook_sink_backlog_records", "gauge", "Records in Kafka that are not in ClickHouse yet.", ("topic",)
)
SINK_FAILING: Final = Metric(
    "daybook_sink_failing_seconds", "gauge", "For how long ClickHouse has taken no rows; 0 while it does."
)
GATEWAY_BACKLOG: Final = Metric(
    "daybook_gateway_backlog_events", "gauge", "Events that wait for the worker, as the gateway knows it."
)
DECIDING: Final = Metric(
    "daybook_deciding",
    "gauge",
    "1 where this watcher or notifier decides, 0 where it stands by for another.",
    ("role",),
)
TICKS: Final = Metric("daybook_ticks", "counter", "Times that an agent has decided.", ("agent",))
FAILED_TICKS: Final = Metric(
    "daybook_failed_ticks", "counter", "Times that an agent could not decide, and went on.", ("agent",)
)
TICK_AGE: Final = Metric("daybook_tick_age_seconds", "gauge", "Since this process last decided.", ("role",))
WATCHED_AGE: Final = Metric(
    "daybook_watched_age_seconds", "gauge", "Age of the newest counted event that a watcher knows of."
)
RULES_BROKEN: Final = Metric(
    "daybook_rules_broken", "gauge", "1 while the rules file cannot be used and older rules go on."
)
REWARDS_BROKEN: Final = Metric(
    "daybook_rewards_broken", "gauge", "1 while the rewards file cannot be used and older programmes go on."
)
NOTIFICATIONS_DUE: Final = Metric(
    "daybook_notifications_due", "gauge", "Notifications that no receiver has taken yet."
)
NOTIFICATIONS_SENT: Final = Metric(
    "daybook_notifications_sent", "counter", "Notifications that a receiver took.", ("receiver",)
)
NOTIFICATIONS_FAILED: Final = Metric(
    "daybook_notifications_failed",
    "counter",
    "Tries that a receiver refused or left unanswered.",
    ("receiver",),
)
ALERTS: Final = Metric("daybook_alerts", "gauge", "Alerts that a watcher keeps.", ("state",))
