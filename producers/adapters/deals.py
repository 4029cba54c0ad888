"""Deals of a CRM: contract revenue, counted once, at its close date, while it is won; and signals."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from daybook.producers.adapters.building import built
from daybook.producers.adapters.contract import Shop
from daybook.producers.adapters.envelope import Sale, envelope
from daybook.producers.adapters.identity import identifier
from daybook.producers.adapters.pricing import NOTHING, Sums, sale_line
from daybook.producers.adapters.signalling import signal
from daybook.schemas.events import SaleEvent
from daybook.schemas.signals.any import Signal


class State(NamedTuple):
    """Which deal, and which of its states: ``version`` rises from one to the next."""

    deal_id: str
    changed_at: datetime
    version: int


class Won(NamedTuple):
    """What is to be counted of a deal that is won. The pipeline may be a store's location."""

    closed_at: datetime
    amount: int
    currency: str
    owner: str | None
    pipeline: object


class Deal(NamedTuple):
    """A deal as a CRM shows it in one of its states. ``gone``: it was deleted, and is worth nothing."""

    status: str
    stage: str
    currency: str
    value: int
    created_at: datetime
    owner: str | None
    pipeline: object
    gone: bool = False


def deal_signal(shop: Shop, state: State, deal: Deal) -> Signal:
    """A deal's state as a signal: for pipeline, win rate and days to close.

    Raises:
        Untranslatable: the schema refuses it.
    """
    return signal(
        shop, "deal.changed", f"deal-{state.deal_id}-v{state.version}", f"deal-{state.deal_id}",
        state.changed_at,
        store_id=shop.store(deal.pipeline),
        channel="crm",
        staff_id=deal.owner,
        version=state.version,
        status="open" if deal.gone else deal.status,
        stage="deleted" if deal.gone else deal.stage,
        currency=deal.currency,
        value=0 if deal.gone else max(deal.value, 0),
        # Some systems let people write any date of creation.
        created_at=min(deal.created_at, state.changed_at),
    )  # fmt: skip


def won_snapshot(shop: Shop, state: State, won: Won) -> SaleEvent:
    """The snapshot of a won deal. Its title is left out: it often names a person.

    Raises:
        Untranslatable: the schema refuses it, such as for a negative amount.
    """
    event = _snapshot(shop, state, shop.store(won.pipeline), won.currency, won.closed_at) | {
        "staff": [{"staff_id": won.owner}] if won.owner else [],
        "lines": [sale_line(Sums(won.amount), kind="service")],
        "charged": won.amount,
    }
    return built(event)


def taken_back(shop: Shop, state: State, currency: str) -> SaleEvent:
    """The snapshot of a deal that is not won any more: it leaves nothing of what older versions counted."""
    event = _snapshot(shop, state, shop.store_id, currency, state.changed_at)
    return built(event | {"lines": [NOTHING], "charged": 0, "voided": True})


def _snapshot(shop: Shop, state: State, store_id: str, currency: str, closed_at: datetime) -> dict[str, Any]:
    order_id = identifier(f"deal-{state.deal_id}")
    event_id = identifier(f"{order_id}-v{state.version}")
    sale = Sale(order_id, store_id, currency, closed_at)
    return envelope(shop, sale, "order.snapshot", event_id, state.changed_at) | {
        "channel": "crm",
        "revenue_stream": "contract",
        "version": state.version,
        "placed_at": closed_at,
    }
