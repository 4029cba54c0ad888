"""All signals that a store's quarter hour causes, now or later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from random import Random
from zoneinfo import ZoneInfo

from daybook.producers.simulator.shops import Shop
from daybook.producers.simulator.signals.causes import PlantedCause
from daybook.producers.simulator.signals.customers import answers, enquiries, sessions
from daybook.producers.simulator.signals.odds import usual, with_cause
from daybook.producers.simulator.signals.systems import errors, payments, stock, tills
from daybook.producers.simulator.signals.writing import QUARTER, Signal, Writer
from daybook.producers.simulator.stream import day_mood


def quarter_signals(
    seed: int, shop: Shop, began: datetime, *, rate: float = 1.0, planted: Sequence[PlantedCause] = ()
) -> Iterator[tuple[str, Signal]]:
    """Signals of a store's quarter hour that began at an aware instant, each with what it shows.

    A quarter hour has a generator of chance of its own, so the same seed gives the same signals whatever
    came before. ``rate`` is how busy the shops are, as for sales; tills tell that they live at any rate.
    """
    began = began.astimezone(UTC)
    local = began.astimezone(ZoneInfo(shop.zone))
    usual_sales = shop.hours[local.hour]
    if not usual_sales:
        return
    sales = usual_sales / 4 * day_mood(seed, shop, local.date()) * rate
    rng = Random(f"{seed}|signals|{shop.store_id}|{began.isoformat()}")  # noqa: S311 - shops, not secrets
    writer = Writer(rng, shop, f"{shop.store_id}-{began:%y%m%d%H%M}", began)
    # What a till or a product does at the very end of a cause still belongs to it.
    near = [one for one in planted if one.store_id == shop.store_id and one.first < began + QUARTER]
    cause = next((one for one in near if began <= one.last), None)
    odds = usual(shop, sales)
    if cause is not None and cause.holds(shop, began):
        odds = with_cause(odds, cause, sales)
    for note, found in (
        ("funnel", sessions(writer, odds)),
        ("answer", answers(writer, odds)),
        ("enquiry", enquiries(writer, odds)),
        ("payment", payments(writer, odds, cause)),
        ("till", tills(writer, cause)),
        ("site", errors(writer, odds)),
        ("stock", stock(writer, odds, cause)),
    ):
        for signal in found:
            yield note, signal
