"""What the page's view of customers has to show of the signals and sales of these tests, counted."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from daybook.dashboards.board.access import Scope
from daybook.dashboards.board.asking import Asking
from daybook.dashboards.board.customers import CustomersDocument, CustomersReader
from daybook.sinks.store import Store
from tests.dashboards.month import NOW, ask
from tests.dashboards.signal_counts import TODAY, Signal, date_of, subscribed
from tests.dashboards.signalled import CALENDAR


async def shown(store: Store, own: str | None) -> CustomersDocument:
    """The view of whoever may see one store, or all."""
    scope = Scope(None if own is None else frozenset({own}))
    return await CustomersReader(store, CALENDAR, lambda: NOW, scope).read()


def noted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each of the boards' queries is asked from now on."""
    asked: Counter[str] = Counter()
    shared = Asking.shared

    async def noting(self: Asking, query: str, *rest: Any, **others: Any) -> list[dict[str, Any]]:
        asked[query] += 1
        return await shared(self, query, *rest, **others)

    monkeypatch.setattr(Asking, "shared", noting)
    return asked


def counts_orders_once(store: Store, both: list[str]) -> None:
    """An order that is inserted again counts once, one that is a dead letter does not, and nowhere else."""
    [row] = ask(store, "signals_customers", store=both)
    store.command("INSERT INTO lines SELECT * FROM lines WHERE customer != '' AND orders > 0")
    assert ask(store, "signals_customers", store=both) == [row], "what is inserted again counts once"
    [elsewhere] = ask(store, "signals_customers", store=["quayside"])
    assert (elsewhere["customers"], elsewhere["repeat_rate"], elsewhere["days_between_orders"]) == (
        0,
        None,
        None,
    )
    store.command(
        "INSERT INTO outcomes SELECT epoch, partition, offset, 'dead', '' FROM lines WHERE customer LIKE '%2'"
    )
    assert ask(store, "signals_customers", store=both)[0]["customers"] == 2, "a dead letter is no order"
    store.command("TRUNCATE TABLE outcomes")


def shows_buyers(document: CustomersDocument) -> None:
    """Three customers, and what campaigns brought, each currency by itself."""
    again = document.customers
    assert (again.customers, again.new_customers, again.returning_customers) == (3, 2, 1)
    assert again.repeat_rate == pytest.approx(2 / 3)
    told = {(c.campaign, c.currency): (c.net, c.usual_net, c.orders, c.sales) for c in document.campaigns}
    assert told == {
        ("Spring letter", "GBP"): (3600, 2500, 2, 2),
        ("Spring letter", "EUR"): (400, None, 1, 1),
        ("Back in stock", "GBP"): (0, 400, 0, 0),
    }


def shows_subscriptions(document: CustomersDocument, raw: list[Signal]) -> None:
    """What subscribers bring a month, now and thirty days ago, and moves that add up."""
    [recurring] = document.recurring
    day = TODAY - timedelta(days=30)
    assert (recurring.mrr, recurring.subscribers, recurring.churn_rate) == subscribed(raw, TODAY)
    assert recurring.before == subscribed(raw, day)[0] == dict(recurring.days)[day.isoformat()]
    assert recurring.before + sum(recurring.moves.values()) == recurring.mrr


def shows_contracts(document: CustomersDocument, raw: list[Signal]) -> None:
    """What was won in 28 days, today's share, and what the days after already have."""
    [contracts] = document.contracts
    won = [s for s in raw if s["type"] == "deal.changed" and s["status"] == "won"]
    lately = [s["value"] for s in won if TODAY - date_of(s["time"]) < timedelta(days=28)]
    assert contracts.won == sum(lately) > 0
    days = {day: recognised for day, _, recognised in contracts.days}
    assert contracts.recognised_today == days[TODAY.isoformat()] > 0
    assert contracts.ahead == sum(each for day, each in days.items() if day > TODAY.isoformat()) > 0
