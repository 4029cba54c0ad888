"""Receivers of alerts. Secrets stand in files of their own, which are named here, never in the rules file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from daybook.schemas.alerts import Url
from daybook.schemas.fields import Identifier
from daybook.schemas.lines import Strict

SecretFile = Annotated[str, Field(min_length=1, max_length=1000, description="Path of a file with a secret.")]


class _Receiver(Strict):
    id: Identifier
    timeout_seconds: Annotated[int, Field(ge=1, le=120)] = 10
    give_up_after_minutes: Annotated[int, Field(ge=1, le=10_080)] = Field(
        1440, description="Of attempts with growing pauses; what still fires is then decided anew."
    )


class AppriseReceiver(_Receiver):
    """Chat, email and whatever else Apprise knows; its addresses hold passwords, so they stand in a file."""

    type: Literal["apprise"] = "apprise"
    urls_file: SecretFile


class PagerDutyReceiver(_Receiver):
    """PagerDuty Events API v2."""

    type: Literal["pagerduty"] = "pagerduty"
    routing_key_file: SecretFile
    url: Url = "https://events.pagerduty.com/v2/enqueue"


class AlertmanagerReceiver(_Receiver):
    """Prometheus Alertmanager, API v2."""

    type: Literal["alertmanager"] = "alertmanager"
    url: Url = Field(description="Such as http://127.0.0.1:9093.")
    bearer_token_file: SecretFile | None = None
    basic_user: Identifier | None = None
    basic_password_file: SecretFile | None = None


class WebhookReceiver(_Receiver):
    """A plain webhook: the notification as JSON, signed with the secret."""

    type: Literal["webhook"] = "webhook"
    url: Url
    secret_file: SecretFile


Receiver = Annotated[
    AppriseReceiver | PagerDutyReceiver | AlertmanagerReceiver | WebhookReceiver, Field(discriminator="type")
]


class Heartbeat(Strict):
    """A dead-man's switch: an outside monitor that calls when this one does not report any more."""

    url_file: SecretFile
    every_seconds: Annotated[int, Field(ge=10, le=3600)] = 60
