"""What customers do and say in a quarter hour: sessions, answers, reviews, enquiries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from daybook.producers.simulator.signals.odds import Odds, number_of
from daybook.producers.simulator.signals.writing import Signal, Writer

CAMPAIGNS: Final = ("Spring letter", "Back in stock", "Free delivery week")
_TOPICS: Final = ("billing", "customer_service", "technical", "delivery", "product")
_TOPIC_ODDS: Final = (20, 25, 12, 25, 18)
_CONTENT, _CROSS = (4, 5, 11, 35, 45), (45, 30, 15, 7, 3)
"""How often each score from 1 to 5 is given, by customers who are content and by cross ones."""


def sessions(writer: Writer, odds: Odds) -> Iterator[Signal]:
    """Visits to a web shop, each as far as it goes, told in the names of Google Analytics 4."""
    rng = writer.rng
    chances = (
        *(("view_item", odds.view), ("add_to_cart", odds.cart)),
        *(("begin_checkout", odds.checkout), ("purchase", odds.purchase)),
    )
    for index in range(number_of(rng, odds.sessions)):
        at, session = writer.moment(), f"s-{writer.name}-{index}"
        campaign = {"campaign": rng.choice(CAMPAIGNS)} if rng.random() < odds.campaign else {}
        yield writer.signal("funnel.step", f"s{index}-0", at, session, step="session_start", **campaign)
        for place, (step, chance) in enumerate(chances, 1):
            if rng.random() >= chance:
                break
            at += timedelta(seconds=rng.randrange(5, 150))
            product = {"product_id": rng.choice(writer.shop.products).sku} if place == 1 else {}
            more = {**campaign, **product}
            yield writer.signal("funnel.step", f"s{index}-{place}", at, session, step=step, **more)


def answers(writer: Writer, odds: Odds) -> Iterator[Signal]:
    """Scores of customers who were asked, and how reviews sound."""
    rng = writer.rng
    for index in range(number_of(rng, odds.csat)):
        score = rng.choices((1, 2, 3, 4, 5), weights=_weights(writer, odds))[0]
        yield _answer(writer, f"c{index}", kind="csat", score=score)
    for index in range(number_of(rng, odds.nps)):
        low = rng.choices((1, 2, 3, 4, 5), weights=_weights(writer, odds))[0]
        score = (rng.randrange(7), rng.randrange(4, 7), rng.randrange(6, 9), 8, rng.randrange(9, 11))[low - 1]
        yield _answer(writer, f"n{index}", kind="nps", score=score)
    for index in range(number_of(rng, odds.reviews)):
        mean = 0.4 if rng.random() < odds.happy else -0.6
        sounds = min(1.0, max(-1.0, rng.gauss(mean, 0.3)))
        yield writer.signal(
            "sentiment.scored",
            f"r{index}",
            writer.moment(),
            f"r-{writer.name}-{index}",
            score=_decimal(sounds),
            topic=_topic(writer),
        )


def _answer(writer: Writer, number: str, **fields: str | int) -> Signal:
    subject, topic = f"a-{writer.name}-{number}", _topic(writer)
    asked = writer.signal("satisfaction.answered", number, writer.moment(), subject, topic=topic, **fields)
    return asked | writer.seller()


def enquiries(writer: Writer, odds: Odds) -> Iterator[Signal]:
    """Enquiries with their answer and their end: within the hour mostly, some the next day."""
    rng = writer.rng
    for index in range(number_of(rng, odds.enquiries)):
        opened, topic, subject = writer.moment(), _topic(writer), f"q-{writer.name}-{index}"
        answered = opened + timedelta(seconds=min(rng.lognormvariate(7.8, 0.9), 80_000))
        resolved = answered + timedelta(seconds=min(rng.lognormvariate(8.8, 1.1), 80_000))
        yield _enquiry(writer, f"q{index}", subject, opened, (1, "opened", topic, opened))
        if rng.random() < 0.95:
            yield _enquiry(writer, f"q{index}a", subject, answered, (2, "answered", topic, opened))
            if rng.random() < 0.96:
                yield _enquiry(writer, f"q{index}r", subject, resolved, (3, "resolved", topic, opened))


def _enquiry(
    writer: Writer, number: str, subject: str, at: datetime, state: tuple[int, str, str, datetime]
) -> Signal:
    version, name, topic, opened = state
    body = writer.signal("enquiry.changed", number, at, subject, version=version, state=name, topic=topic)
    return body | {"opened_at": opened.isoformat(timespec="milliseconds")}


def _topic(writer: Writer) -> str:
    return writer.rng.choices(_TOPICS, weights=_TOPIC_ODDS)[0]


def _weights(writer: Writer, odds: Odds) -> tuple[int, ...]:
    return _CONTENT if writer.rng.random() < odds.happy else _CROSS


def _decimal(score: float) -> str:
    text = f"{score:.2f}"
    return "0.00" if text == "-0.00" else text
