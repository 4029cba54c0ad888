"""Apprise, by way of a real mail server."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from daybook.schemas.receivers import AppriseReceiver
from daybook.sinks.notifiers.chat import AppriseNotifier
from daybook.sinks.notifiers.contract import NotDelivered
from tests.sinks.notifiers.samples import alert, firing, reported, resolved, secret
from tests.support.ports import free_port

PASSWORD = "open-sesame"


class Mailbox:
    """Keeps what is sent to it, or refuses it."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.refuses = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802 - aiosmtpd's
        """Take a message."""
        if self.refuses:
            return "554 no room"
        self.messages.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
def mail() -> Iterator[tuple[Mailbox, str]]:
    """A mail server, and the address by which Apprise reaches it."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    url = f"mailto://127.0.0.1:{controller.port}?from=daybook@example.org&to=oncall@example.org&mode=insecure"
    yield box, url
    controller.stop()


def notifier(urls: str) -> AppriseNotifier:
    """A notifier of all addresses in a text."""
    return AppriseNotifier(AppriseReceiver(id="mail", urls_file="urls", timeout_seconds=20), secret(urls))


async def test_an_alert_arrives_as_mail(mail: tuple[Mailbox, str]) -> None:
    """Subject and text say what fires where, by how much, what it is made of and where to go."""
    box, url = mail
    await notifier(f"# on call\n\n{url}\n").send(firing(alert(), alert(dedup_key="a" * 32, title="Other")))
    (message,) = box.messages
    assert message["subject"] == "[FIRING] North sells 31 % less than usual and 1 more"
    body = message.get_body(("plain", "html")).get_content()  # type: ignore[attr-defined]  # by its policy
    for words in (
        "Today GBP 21,600.00, usual by now GBP 24,000.00.",
        "Projected close GBP 57,600.00 (GBP 54,000.00 to GBP 61,500.00).",
        "Target GBP 60,000.00, chance 19 %.",
        "At risk GBP 2,400.00.",
        "by store: Quayside GBP -900.00, high-street GBP -700.00",
        "Board: http://127.0.0.1:8400/?store=North",
    ):
        assert words in " ".join(body.split()), body


async def test_a_report_arrives_as_mail_with_its_page_beside_it(mail: tuple[Mailbox, str]) -> None:
    """The figures stand in the mail; the page with the charts is attached as it was written."""
    box, url = mail
    await notifier(url).send(reported())
    (message,) = box.messages
    assert message["subject"] == "Sales report: Monday 9 March 2026"
    parts = {part.get_filename() or part.get_content_type(): part for part in message.walk()}
    assert "<strong>Net sales GBP 1,234.50</strong>" in parts["text/html"].get_content()  # type: ignore[attr-defined]
    page = parts["report.html"].get_payload(decode=True)
    assert page == reported().written.html.encode()  # type: ignore[union-attr]


async def test_an_end_is_told_as_one(mail: tuple[Mailbox, str]) -> None:
    """The subject says that it is over."""
    box, url = mail
    await notifier(url).send(resolved())
    assert box.messages[0]["subject"] == "[RESOLVED] North sells 31 % less than usual"


async def test_what_is_refused_is_not_delivered_and_tells_no_secret(
    mail: tuple[Mailbox, str], caplog: pytest.LogCaptureFixture
) -> None:
    """A server that refuses, one that is not there, an address that is none; passwords are told nowhere."""
    caplog.set_level(logging.DEBUG)
    box, url = mail
    box.refuses = True
    with pytest.raises(NotDelivered, match=r"^not every address took it$"):
        await notifier(url).send(firing())
    gone = f"mailto://me:{PASSWORD}@127.0.0.1:{free_port()}?from=a@example.org&to=b@example.org"
    for urls in (gone, f"nonsense://{PASSWORD}", "# nobody"):
        with pytest.raises(NotDelivered) as refused:
            await notifier(urls).send(firing())
        assert PASSWORD not in str(refused.value)
    assert PASSWORD not in caplog.text
