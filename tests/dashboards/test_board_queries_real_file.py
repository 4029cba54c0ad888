from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from daybook.ledger.calendar import Calendar
from daybook.producers.importers import online_retail
from daybook.schemas.codec import encode_event
from daybook.sinks.clocks import write_clocks
from daybook.sinks.migrate import migrate
from daybook.sinks.store import Store
from tests.dashboards.month import BOARD, Past, ask, asked_as_the_page, lines, net
from tests.demo.test_file import REAL
from tests.support.require import need


@pytest.mark.skipif(not REAL.exists(), reason="the Online Retail file does not lie beside this checkout")
@pytest.mark.timeout(300)
def test_the_real_file_comes_out_to_the_penny(tmp_path: Path) -> None:
    """Every query over the Online Retail file; days, products and countries as its lines come to."""
    need("clickhouse")
    known = online_retail.stores().stores
    world = Past(Calendar(known))
    for event in online_retail.convert(online_retail.read_rows(REAL)).events:
        world.log(event.time, encode_event(event), event.order_id.encode())
    world.count()
    with Store.embedded(tmp_path / "clickhouse") as store:
        migrate(store)
        write_clocks(store, known, 1)
        world.write(store)
        counted = lines(store)
        for name in BOARD:
            ask(store, name, date="2011-01-11")
        page = asked_as_the_page(store, date(2011, 1, 11))
        told = [row["net"] for row in page["store_totals"] if row["business_date"] == date(2011, 1, 11)]
        assert sum(told) == sum(net(line) for line in counted if line["business_date"] == date(2011, 1, 11))
        for day in (date(2010, 12, 7), date(2011, 1, 11), date(2011, 3, 15)):
            asked = {"date": day.isoformat()}
            own = [line for line in counted if line["business_date"] == day]
            [figures] = ask(store, "today_figures", **asked)
            assert figures["net"] == sum(map(net, own))
            by_store: Counter[str] = Counter()
            products: Counter[str] = Counter()
            for line in own:
                by_store[line["store_id"]] += net(line)
                products[line["product_id"]] += net(line)
            found = {row["store"]: row["net"] for row in ask(store, "today_by_store", **asked)}
            assert found == by_store
            for row in ask(store, "today_best_products", **asked):
                assert row["net"] == products[row["product"]]
            assert ask(store, "today_curve", **asked)[-1]["net"] == sum(map(net, own))
