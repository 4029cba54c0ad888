"""The demo's planted shortfall."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from daybook.demo.plant import plant_at
from daybook.producers.simulator import simulate
from daybook.producers.simulator.signals import simulate_signals

NOW = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)


def test_the_tills_that_are_down_neither_sell_nor_give_a_sign_of_life() -> None:
    """Their sales and heartbeats are missing, one of them says why, and no other store loses anything."""
    plant = plant_at(NOW)
    since, until = NOW - timedelta(hours=1), NOW
    sales = list(simulate(1, since, until))
    held = [record for record in sales if plant.holds_back(record)]
    assert 0 < len(held) < len(sales)
    signals = list(simulate_signals(1, since, until, planted=(plant.cause,)))
    silenced = [record for record in signals if plant.silences(record)]
    kinds = Counter(record.value.count(b"terminal.heartbeat") for record in silenced)
    assert set(kinds) == {1}
    assert all(plant.store_id.encode() in record.value for record in silenced)
    assert not any(
        plant.silences(r) for r in simulate_signals(1, NOW - timedelta(hours=5), since - timedelta(hours=1))
    )
    earlier = simulate_signals(1, plant.first - timedelta(minutes=1), until, planted=(plant.cause,))
    assert any(b"power_lost" in r.value and plant.store_id.encode() in r.value for r in earlier)
