"""The leaderboards agent as it is run: a watcher on a real Kafka, killed between two batches of sales."""

from __future__ import annotations

import pytest

from tests.streams.plant import Plant

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


@pytest.mark.long
@pytest.mark.timeout(300)
def test_boards_are_told_while_sales_come_and_after_a_kill(plant: Plant) -> None:
    """What was sold, returned and repeated stands on the boards; a watcher that was killed catches up."""
    plant.limit = 200
    plant.publish(150)
    plant.settle()
    watcher = plant.program("watcher")
    watcher.start()
    plant.wait(lambda: boards_are_right(plant), "boards that equal the totals")
    watcher.kill()
    plant.publish(150)
    plant.settle()
    assert not boards_are_right(plant)
    watcher.start()
    plant.wait(lambda: boards_are_right(plant), "boards that equal the totals again")


def boards_are_right(plant: Plant) -> bool:
    """Whether there are boards, and each contender stands at what the merged totals say."""
    told = {tuple(row[:4]): int(row[4]) for row in plant.store.rows(BOARDS)}
    want = {tuple(row[:4]): int(row[4]) for row in plant.store.rows(TOTALS)}
    return bool(told) and told == want
