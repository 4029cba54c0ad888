"""A Square payment: of an order, which is the sale, or in rare old accounts the sale itself."""

from __future__ import annotations

from daybook.producers.adapters.building import built, check_currency
from daybook.producers.adapters.contract import Shop, Translation
from daybook.producers.adapters.envelope import Sale, envelope
from daybook.producers.adapters.identity import identifier
from daybook.producers.adapters.pricing import Sums, charged, sale_line
from daybook.producers.adapters.reading import Node
from daybook.producers.adapters.square.money import money
from daybook.schemas.codec import Reason


def translate_payment(payment: Node, shop: Shop) -> Translation:
    """The sale of a completed payment that pays no order.

    Raises:
        Untranslatable: amount and tip do not add up to the payment's total.
    """
    if payment.has("order_id"):
        return Translation(ignored="order_is_the_sale")
    if payment.text("status") != "COMPLETED":
        return Translation(ignored="payment_not_completed")
    stated = payment.needed("total_money")
    currency = check_currency(shop, stated.currency("currency"), stated.at("currency"))
    lines = [sale_line(Sums(money(payment, "amount_money", currency)))]
    tip = money(payment, "tip_money", currency)
    if tip:
        lines.append(sale_line(Sums(tip), kind="tip"))
    total = money(payment, "total_money", currency)
    placed, payment_id = payment.moment("created_at"), payment.identity("id")
    if charged(lines) != total:
        detail = f"is {total}, amount and tip add up to {charged(lines)}"
        raise payment.fail("total_money", detail, Reason.ORDER_SUM)
    sale = Sale(payment_id, shop.store(payment.value.get("location_id")), currency, placed)
    event = {
        **envelope(shop, sale, "sale.completed", identifier(f"payment-{payment_id}"), placed),
        "lines": lines,
        "charged": total,
    }
    return Translation((built(event),))
