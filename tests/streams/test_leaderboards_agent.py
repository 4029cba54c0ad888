"""The leaderboards agent as it is run: a watcher on a real Kafka, killed between two batches of sales."""

from __future__ import annotations

import pytest

from daybook.schemas.rounding import divide
from tests.streams.plant import Plant
from tests.streams.signalled import made_signals, publish, received

BOARDS = """
SELECT ranked_by, currency, period_last, key, value FROM newest_leaderboards
WHERE period = 'day' AND measure = 'net' AND view = 'activity' AND place > 0 AND audience = 'everyone'
  AND ranked_by IN ('store', 'category', 'channel')
"""
TOTALS = """
SELECT dimension, currency, business_date, key, gross + discounts + reversals FROM merged_totals
WHERE book = 'sales' AND dimension IN ('store', 'category', 'channel')
  AND business_date >= (SELECT min(period_last) FROM newest_leaderboards WHERE period = 'day')
"""
OVER_SIGNALS = """
SELECT period_last, key, value FROM newest_leaderboards
WHERE period = 'day' AND measure = 'conversion' AND place > 0 AND audience = 'everyone'
"""
SIGNALS = """
SELECT business_date, key, sumIf(value, measure = 'purchases') AS bought,
    sumIf(value, measure = 'sessions') AS all
FROM merged_signals
WHERE book = 'sales' AND dimension = 'store'
  AND business_date >= (SELECT min(period_last) FROM newest_leaderboards WHERE period = 'day')
GROUP BY business_date, key HAVING all > 0
"""


@pytest.mark.long
@pytest.mark.timeout(300)
def test_boards_are_told_while_sales_come_and_after_a_kill(plant: Plant) -> None:
    """What was sold and what signals count stands on the boards; a watcher that was killed catches up."""
    plant.limit = 200
    signals = made_signals(1, 800)
    plant.program("worker", "--of=signals").start()
    plant.publish(150)
    publish(plant.bootstrap, signals[:400])
    plant.settle()
    plant.wait(lambda: received(plant.store) >= 400, "signals counted")
    watcher = plant.program("watcher")
    watcher.start()
    plant.wait(lambda: boards_are_right(plant), "boards that equal the totals")
    watcher.kill()
    plant.publish(150)
    publish(plant.bootstrap, signals[400:])
    plant.settle()
    plant.wait(lambda: received(plant.store) >= len(signals), "all signals counted")
    assert not boards_are_right(plant)
    watcher.start()
    plant.wait(lambda: boards_are_right(plant), "boards that equal the totals again")


def boards_are_right(plant: Plant) -> bool:
    """Whether there are boards, and each contender stands at what the merged totals say."""
    told = {tuple(row[:4]): int(row[4]) for row in plant.store.rows(BOARDS)}
    want = {tuple(row[:4]): int(row[4]) for row in plant.store.rows(TOTALS)}
    return bool(told) and told == want and signal_boards_are_right(plant)


def signal_boards_are_right(plant: Plant) -> bool:
    """Whether each store stands at what the merged signals say of how many sessions bought, in millionths."""
    told = {(day, key): int(value) for day, key, value in plant.store.rows(OVER_SIGNALS)}
    rows = plant.store.rows(SIGNALS)
    want = {(day, key): divide(1_000_000 * int(bought), int(all_)) for day, key, bought, all_ in rows}
    return bool(told) and told == want
