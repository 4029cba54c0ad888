"""Tries under way, with a receiver at the other end."""

from __future__ import annotations

import asyncio

from daybook.schemas.receivers import WebhookReceiver
from daybook.sinks.notifiers.sending import Sending
from daybook.sinks.notifiers.webhook import WebhookNotifier
from tests.sinks.notifiers.samples import NOW, firing, secret
from tests.sinks.notifiers.test_webhook import KEY
from tests.support.receiver import Receiver


def sending_to(url: str) -> Sending:
    """Sends to one receiver."""
    receiver = WebhookReceiver(id="on-call", url=url, secret_file="hook.secret")
    sending = Sending(lambda known: WebhookNotifier(known, secret(KEY.secret), lambda: NOW))  # type: ignore[arg-type]  # the one above
    sending.use([receiver])
    return sending


async def test_a_try_whose_result_nobody_has_taken_is_not_made_again() -> None:
    """Told while the next decision, which still counts it as due, was being written: it is sent once."""
    with Receiver() as desk:
        sending = sending_to(desk.url)
        sending.start(firing())
        await sending.finish(10)
        await asyncio.sleep(0)
        sending.start(firing())
        await sending.finish(10)
        assert len(desk.requests) == 1
        (told,) = sending.take_results()
        assert (told.notification_id, told.why) == (firing().notification_id, None)
        await sending.close()


async def test_what_was_refused_is_tried_again_once_that_is_known() -> None:
    """The receiver was down: as soon as the log has the refusal, the next try may begin."""
    with Receiver(lambda _: (503, {}, b"")) as desk:
        sending = sending_to(desk.url)
        for tries in (1, 2):
            sending.start(firing())
            await sending.finish(10)
            await asyncio.sleep(0)
            assert [result.why for result in sending.take_results()] == ["127.0.0.1 answered 503"]
            assert len(desk.requests) == tries
        await sending.close()
