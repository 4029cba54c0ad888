"""What systems say in a quarter hour: payments that failed, tills, errors, goods that ran out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from daybook.producers.simulator.signals.causes import MAIN_GATEWAY, Cause, PlantedCause, subject_of
from daybook.producers.simulator.signals.odds import Odds, number_of
from daybook.producers.simulator.signals.writing import QUARTER, Signal, Writer

_HEARTBEAT: Final = timedelta(minutes=5)
_REASONS: Final = ("card_declined", "insufficient_funds", "expired_card", "timeout")
_REASON_ODDS: Final = (55, 25, 12, 8)
_FAULTS: Final = ("printer_jam", "scanner_offline", "card_reader_restart")
_ERRORS: Final = ("http_500", "http_502", "checkout_timeout")


def payments(writer: Writer, odds: Odds, planted: PlantedCause | None) -> Iterator[Signal]:
    """Payments that were refused as ever, and those that break down with a gateway."""
    rng, main = writer.rng, MAIN_GATEWAY[writer.shop.online]
    for index in range(number_of(rng, odds.payment_failures)):
        gateway = main if rng.random() < 0.75 else "walletly"
        reason = rng.choices(_REASONS, weights=_REASON_ODDS)[0]
        yield _failed(writer, f"p{index}", gateway, reason)
    if planted is not None and odds.gateway_failures:
        gateway = subject_of(planted, writer.shop)
        for index in range(number_of(rng, odds.gateway_failures)):
            yield _failed(writer, f"g{index}", gateway, "gateway_unavailable")


def _failed(writer: Writer, number: str, gateway: str, reason: str) -> Signal:
    subject = f"o-{writer.name}-{number}"
    return writer.signal("payment.failed", number, writer.moment(), subject, gateway=gateway, reason=reason)


def tills(writer: Writer, planted: PlantedCause | None) -> Iterator[Signal]:
    """A sign of life of every till each five minutes, and now and then a fault."""
    rng, shop = writer.rng, writer.shop
    for number in range(1, 1 if shop.online else shop.tills + 1):
        till = f"till-{number}"
        down = planted is not None and planted.cause is Cause.TILL and subject_of(planted, shop) == till
        subject = f"{till}.{shop.store_id}"
        for beat in range(QUARTER // _HEARTBEAT):
            at = writer.began + beat * _HEARTBEAT + timedelta(seconds=7 * number)
            if not (down and planted is not None and planted.first <= at < planted.last):
                name = f"h{number}-{beat}"
                yield writer.signal("terminal.heartbeat", name, at, subject, till_id=till)
        if down and planted is not None and writer.began <= planted.first < writer.began + QUARTER:
            yield _fault(writer, f"d{number}", subject, till, "power_lost") | {
                "time": planted.first.isoformat(timespec="milliseconds")
            }
        elif rng.random() < 0.004:
            yield _fault(writer, f"f{number}", subject, till, rng.choice(_FAULTS))


def _fault(writer: Writer, number: str, subject: str, till: str, code: str) -> Signal:
    return writer.signal("terminal.fault", number, writer.moment(), subject, till_id=till, code=code)


def errors(writer: Writer, odds: Odds) -> Iterator[Signal]:
    """Errors of a web shop's pages."""
    for index in range(number_of(writer.rng, odds.site_errors)):
        code = writer.rng.choice(_ERRORS)
        yield writer.signal(
            "site.error", f"e{index}", writer.moment(), f"site.{writer.shop.store_id}", code=code
        )


def stock(writer: Writer, odds: Odds, planted: PlantedCause | None) -> Iterator[Signal]:
    """Products that run out, and come back some hours later."""
    rng, shop = writer.rng, writer.shop
    for index in range(number_of(rng, odds.stock_outs)):
        product, at = rng.choice(shop.products).sku, writer.moment()
        back = at + timedelta(minutes=rng.randrange(60, 480))
        yield _stock(writer, f"k{index}", product, "out") | {"time": at.isoformat(timespec="milliseconds")}
        yield _stock(writer, f"b{index}", product, "back") | {"time": back.isoformat(timespec="milliseconds")}
    if planted is None or planted.cause is not Cause.STOCK_OUT:
        return
    product = subject_of(planted, shop)
    for name, state, at in (("K", "out", planted.first), ("B", "back", planted.last)):
        if writer.began <= at < writer.began + QUARTER:
            yield _stock(writer, name, product, state) | {"time": at.isoformat(timespec="milliseconds")}


def _stock(writer: Writer, number: str, product: str, state: str) -> Signal:
    subject = f"{writer.shop.store_id}.{product}"
    return writer.signal("stock.changed", number, writer.began, subject, product_id=product, state=state)
