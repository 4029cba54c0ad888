"""A file sent the whole way, by the figures that come out."""

from __future__ import annotations

import csv
import gzip
import subprocess
import time
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.demo.running import COMMAND, command, demo_to_its_end

pytestmark = pytest.mark.timeout(400)

REAL = Path(__file__).parents[3] / "shared" / "data" / "online-retail-2010-12-to-2011-03.csv.gz"
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
ROWS = """\
100001,10001,TIN ROBOT,6,2010-12-01 08:26:00,2.55,17001.0,United Kingdom
100001,10002A,PAPER BOAT,2,2010-12-01 08:26:00,1.1,17001.0,United Kingdom
100001,POST,POSTAGE,1,2010-12-01 08:26:00,18.0,17001.0,United Kingdom
100002,10001,TIN ROBOT,1,2010-12-02 09:00:00,2.55,,France
100002,10001,TIN ROBOT,1,2010-12-02 09:00:00,2.55,,France
100003,10003,,-5,2010-12-02 09:30:00,0.0,,United Kingdom
C100004,10001,TIN ROBOT,-1,2010-12-03 10:00:00,2.55,17001.0,United Kingdom
C100004,D,Discount,-1,2010-12-03 10:00:00,1.5,17001.0,United Kingdom
100005,M,Manual,1,2010-12-03 11:00:00,4.0,,United Kingdom
100006,gift_0001_20,GIFT VOUCHER,1,2010-12-03 12:00:00,17.02,,United Kingdom
"""
MEASURES = (
    "gross",
    "reversals",
    "shipping",
    "gift_cards",
    "adjustments",
    "charged",
    "orders",
    "units",
    "returned_units",
)


def sent(path: Path, folder: Path) -> dict[str, Any]:
    """What the demo prints at the end of a file."""
    document: dict[str, Any] = demo_to_its_end(*_arguments(path, folder))
    return document


def _arguments(path: Path, folder: Path) -> list[str]:
    where = ["--data-dir", str(folder), "--port", "0"]
    return ["--source", str(path), "--format", "online-retail", "--exit-when-done", "--json", *where]


def sums(document: dict[str, Any]) -> dict[str, int]:
    """Measures over all days."""
    return {name: sum(row[name] for row in document["totals"]) for name in MEASURES}


def killed(path: Path, folder: Path, after: float) -> None:
    """Start the same, and kill it in the middle: seconds after it has begun to accept events."""
    process = subprocess.Popen(
        [*COMMAND, "demo", *_arguments(path, folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    while not list(folder.glob("journal/*.ndjson")):
        assert process.poll() is None, "it ended before it accepted an event"
        assert time.monotonic() < deadline, "it never accepted an event"
        time.sleep(0.05)
    time.sleep(after)
    process.kill()
    process.wait()


@pytest.mark.long
def test_a_small_file_comes_out_to_the_penny(tmp_path: Path) -> None:
    """Sales, equal lines, shipping, a refund, an adjustment and a gift card; stock movements are skipped."""
    path = tmp_path / "small.csv"
    path.write_text(HEADER + ROWS)
    first = sent(path, tmp_path / "data")
    assert first["events"] == {"received": 5, "counted": 5, "duplicates": 0, "dead": 0}
    assert first["skipped"] == {"stock_movement": 1}
    assert [row["business_date"] for row in first["totals"]] == ["2010-12-01", "2010-12-02", "2010-12-03"]
    assert sums(first) == {
        "gross": 2260, "reversals": -405, "shipping": 1800, "gift_cards": 1702, "adjustments": 400,
        "charged": 5757, "orders": 2, "units": 10, "returned_units": 1,
    }  # fmt: skip
    again = sent(path, tmp_path / "data")
    assert again["events"] == {"received": 5, "counted": 0, "duplicates": 5, "dead": 0}
    assert again["totals"] == first["totals"]


@pytest.mark.long
@pytest.mark.skipif(not REAL.exists(), reason="the Online Retail file does not lie beside this checkout")
def test_the_real_file_comes_out_to_the_penny_though_killed(tmp_path: Path) -> None:
    """After a SIGKILL in the middle and two more runs, every sum and every day is right."""
    folder = tmp_path / "data"
    killed(REAL, folder, after=4)
    after_kill = sent(REAL, folder)
    assert sums(after_kill) == {
        "gross": 265_000_877, "reversals": -12_941_148, "shipping": 7_974_083, "gift_cards": 21_081,
        "adjustments": -11_026_192, "charged": 249_028_701, "orders": 5_164, "units": 1_406_530,
        "returned_units": 102_737,
    }  # fmt: skip
    assert {row["business_date"]: row["charged"] for row in after_kill["totals"]} == _charged_by_day()
    events = after_kill["events"]
    assert events["received"] == events["counted"] + events["duplicates"] + events["dead"]
    assert after_kill["skipped"] == {"stock_movement": 786}
    again = sent(REAL, folder)
    assert again["events"] == {"received": 6_322, "counted": 0, "duplicates": 6_322, "dead": 0}
    assert again["totals"] == after_kill["totals"]
    assert command("reconcile", "--json", "--data-dir", str(folder))["differences"] == []


def _charged_by_day() -> dict[str, int]:
    """Quantity times price of every day in the file, in pence; an invoice counts on its first line's day."""
    days: dict[str, str] = {}
    charged: defaultdict[str, Decimal] = defaultdict(Decimal)
    with gzip.open(REAL, "rt", encoding="utf-8") as text:
        for row in csv.DictReader(text):
            if Decimal(row["UnitPrice"]):
                day = days.setdefault(row["InvoiceNo"], row["InvoiceDate"][:10])
                charged[day] += int(row["Quantity"]) * Decimal(row["UnitPrice"]) * 100
    return {day: int(amount) for day, amount in charged.items()}
