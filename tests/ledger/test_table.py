"""A table of totals: whatever is added one by one or in columns, it holds the sums and tells what changed."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybook.ledger import measures as m
from daybook.ledger.messages import TotalsBucket, decode_totals
from daybook.ledger.table import LARGEST, Table
from daybook.ledger.totals import Totals, bucket_message, encode_bucket

SHARDS = 4
VERSION = 1_000

additions = st.lists(
    st.tuples(
        st.booleans(),
        st.lists(
            st.tuples(st.integers(1, 30), st.integers(0, m.WIDTH - 1), st.integers(-(10**12), 10**12)),
            min_size=1,
            max_size=8,
            unique_by=lambda change: change[0],
        ),
        st.booleans(),
    ),
    max_size=12,
)
"""Whether in columns, what is added to which key's measure, and whether it is taken as changed after it."""


@given(additions)
@settings(deadline=None)
def test_a_table_holds_the_sums_of_what_was_added(
    steps: list[tuple[bool, list[tuple[int, int, int]], bool]],
) -> None:
    """One by one and in columns, over growth; what is told of changed shards adds up to all that is held."""
    table, texts = Table(SHARDS), ["", *(f"sku-{number}" for number in range(1, 31))]
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0] * (1 + m.WIDTH))
    told: dict[str, list[int]] = {}
    for version, (in_columns, changes, taken) in enumerate(steps, 1):
        for code, measure, value in changes:
            sums[texts[code]][1 + measure] += value
            sums[texts[code]][0] = version
            if not in_columns:
                table.add(texts[code], [(measure, value)], version)
        if in_columns:
            codes = np.array([code for code, _, _ in changes])
            columns = {
                measure: np.array([value if its == measure else 0 for _, its, value in changes])
                for _, measure, _ in changes
            }
            table.add_columns(codes, texts, columns, np.full(len(codes), version))
        if taken:
            told |= {
                key: entry
                for _, part in table.take_changed(VERSION)
                for key, entry in part.entries(VERSION).items()
            }
    told |= {
        key: entry for _, part in table.take_changed(VERSION) for key, entry in part.entries(VERSION).items()
    }
    assert dict(table.items()) == {key: entry[1:] for key, entry in sums.items()}
    assert told == dict(sums)
    assert not list(table.take_changed(VERSION))


def test_only_changed_shards_are_told_each_whole() -> None:
    """A key that changes takes along the keys that travel with it, and no others."""
    table = Table(SHARDS)
    for number in range(40):
        table.add(f"sku-{number}", [(m.GROSS, 1)], 1)
    shards = {key: shard for shard, part in table.take_changed(VERSION) for key in part.keys}
    table.add("sku-7", [(m.GROSS, 1)], 2)
    ((shard, part),) = table.take_changed(VERSION)
    assert shard == shards["sku-7"]
    assert sorted(part.keys) == sorted(key for key, its in shards.items() if its == shard)
    assert len(set(shards.values())) == SHARDS


def test_no_sum_wraps_around() -> None:
    """A total that would leave what 64 bits hold is an error, and nothing of the batch has changed."""
    table, texts, at = Table(1), ["", "a", "b"], np.array([2, 2])
    table.add("b", [(m.TAX, LARGEST)], 1)
    with pytest.raises(OverflowError):
        table.add_columns(np.array([1, 2]), texts, {m.GROSS: np.array([5, 5]), m.TAX: np.array([0, 1])}, at)
    with pytest.raises(ValueError, match="format"):
        table.add("b", [(m.TAX, LARGEST)], 2)
    assert [vector[m.GROSS] for _, vector in table.items()] == [0, 0]
    assert dict(table.items())["b"][m.TAX] == LARGEST


def test_codes_of_another_list_of_texts_lead_to_the_same_keys() -> None:
    """Codes lose their meaning when texts are numbered anew; keys keep their totals."""
    table = Table(1)
    for texts in (["", "a", "b"], ["", "b", "a"]):
        table.add_columns(np.array([1]), texts, {m.GROSS: np.array([len(texts[1])])}, np.array([1]))
    assert {key: vector[m.GROSS] for key, vector in table.items()} == {"a": 1, "b": 1}


def test_a_bucket_as_it_was_told_before_is_still_read() -> None:
    """Records of an older worker, an object of whole entries each, lead to the same totals and state."""
    vector = [0] * m.WIDTH
    vector[m.GROSS], vector[-1] = 1_000, -7
    old: dict[str, Any] = {
        "epoch": 3, "partition": 1, "version": 3 << 40 | 9, "book": "sales", "business_date": "2026-11-24",
        "currency": "GBP", "dimension": "product", "entries": {"mug": [3 << 40 | 5, *vector]},
    }  # fmt: skip
    read = decode_totals(orjson.dumps(old))
    assert read == TotalsBucket(**old)
    totals = Totals()
    totals.restore(read)
    totals.mark_all()
    (bucket,) = totals.take_changed(read.version)
    assert bucket_message(bucket, 1) == read
    told = orjson.loads(encode_bucket(bucket, 1))
    assert (told["measures"], told["keys"], told["rows"]) == (
        ["gross", m.STORED[-1]],
        ["mug"],
        [[4, 1_000, -7]],
    )
    assert decode_totals(orjson.dumps(told)) == read
