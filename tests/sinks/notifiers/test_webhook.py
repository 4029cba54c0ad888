"""The signed webhook: what arrives can be checked by the rules that producers sign by."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from daybook.producers.gateway.signatures import new_signing_key, signed, signer
from daybook.schemas.notifications import Notification
from daybook.schemas.receivers import WebhookReceiver
from daybook.sinks.notifiers.contract import NotDelivered
from daybook.sinks.notifiers.making import make_notifier, secrets_beside
from daybook.sinks.notifiers.webhook import WebhookNotifier
from tests.sinks.notifiers.samples import NOW, firing, secret
from tests.support.receiver import Receiver

KEY = new_signing_key("alerts", stores=["*"], sources=["*"], now=NOW)


def webhook(url: str, found: str = KEY.secret) -> WebhookNotifier:
    """A notifier whose clock stands still."""
    receiver = WebhookReceiver(id="hook", url=f"{url}/daybook", secret_file="hook.secret", timeout_seconds=5)
    return WebhookNotifier(receiver, secret(found), lambda: NOW)


async def test_a_notification_arrives_signed() -> None:
    """The other side checks the signature as Standard Webhooks has it, and reads the published document."""
    notification = firing()
    with Receiver() as receiver:
        notifier = webhook(receiver.url)
        await notifier.send(notification)
        await notifier.send(notification)
        await notifier.close()
        first, again = receiver.requests
    assert first.path == "/daybook"
    message = signed(first.headers, NOW)
    assert signer(message, first.body, [KEY]) == KEY
    assert signer(message, first.body + b" ", [KEY]) is None
    assert signed(again.headers, NOW).message_id == message.message_id
    assert Notification.model_validate_json(first.body) == notification


async def test_what_is_no_yes_is_not_taken() -> None:
    """An error, a redirect, a dead address or a secret that is none: not delivered, and no secret is told."""
    with Receiver(lambda _: (503, {"retry-after": "7"}, b"secret words")) as receiver:
        with pytest.raises(NotDelivered, match=r"^127\.0\.0\.1 answered 503$") as refused:
            await webhook(receiver.url).send(firing())
        assert refused.value.retry_after == 7
        receiver.answer = lambda _: (302, {"location": f"{receiver.url}/elsewhere"}, b"")
        with pytest.raises(NotDelivered, match="answered 302"):
            await webhook(receiver.url).send(firing())
        assert [request.path for request in receiver.requests] == ["/daybook"] * 2
        with pytest.raises(NotDelivered, match=r"hook\.secret holds no signing secret") as bad:
            await webhook(receiver.url, "whsec_no").send(firing())
        assert "whsec_no" not in str(bad.value)
    with pytest.raises(NotDelivered, match="gave no answer"):
        await webhook(receiver.url).send(firing())


async def test_secrets_are_read_beside_the_rules_file_for_every_message(tmp_path: Path) -> None:
    """A new secret holds without a restart, and one that is not there is said."""
    other = new_signing_key("other", stores=["*"], sources=["*"], now=NOW)
    file = tmp_path / "hook.secret"
    with Receiver() as receiver:
        made = WebhookReceiver(id="hook", url=receiver.url, secret_file="hook.secret", timeout_seconds=5)
        notifier = make_notifier(made, secrets_beside(tmp_path / "rules.json"))
        with pytest.raises(NotDelivered, match=r"the secret file hook\.secret cannot be read"):
            await notifier.send(firing())
        for key in (KEY, other):
            file.write_text(f"{key.secret}\n")
            await notifier.send(firing())
            request = receiver.requests[-1]
            assert signer(signed(request.headers, datetime.now(UTC)), request.body, [key]) == key
        await notifier.close()
