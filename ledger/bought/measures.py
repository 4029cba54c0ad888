"""What alert rules may ask of campaigns and of customers. All are integers that add up."""

from __future__ import annotations

from typing import Final

from daybook.ledger.expressions import Expression, Vocabulary, parse

CAMPAIGN_SALES, CAMPAIGN_ORDERS, CAMPAIGN_NET = "campaign_sales", "campaign_orders", "campaign_net"
"""Of events that name a campaign: sales with goods above zero; orders and net, as totals count them."""
NEW_ORDERS, RETURNING_ORDERS = "new_customer_orders", "returning_customer_orders"
"""First orders of customers with a reference, and all their later ones."""
OF_CAMPAIGNS: Final = frozenset({CAMPAIGN_SALES, CAMPAIGN_ORDERS, CAMPAIGN_NET})
"""Those that are counted by campaign, in the currency of the sale."""
BOUGHT: Final = Vocabulary(
    (CAMPAIGN_SALES, CAMPAIGN_ORDERS, CAMPAIGN_NET, NEW_ORDERS, RETURNING_ORDERS),
    frozenset({CAMPAIGN_NET}),
    {
        "new_share": f"{NEW_ORDERS} / ({NEW_ORDERS} + {RETURNING_ORDERS})",
        "returning_share": f"{RETURNING_ORDERS} / ({NEW_ORDERS} + {RETURNING_ORDERS})",
    },
)
"""The measures, and the shares made of them."""


def bought_expression(text: str) -> Expression:
    """An expression over what was bought by campaigns or customers.

    Raises:
        ExpressionError: it is not one, with the column at which it goes wrong.
    """
    return parse(text, vocabulary=BOUGHT)


def asks_what_was_bought(measure: str) -> bool:
    """Whether a rule's measure names any of these."""
    return any(name in measure for name in (*BOUGHT.stored, *BOUGHT.derived))
