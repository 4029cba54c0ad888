"""Reading the stores file: what its model cannot check by itself."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from daybook.json_files import FileError
from daybook.stores import load_stores, save_stores

STORE = {"store_id": "leeds", "days": [{"zone": "Europe/London"}]}


def test_holidays_of_no_country_are_refused_when_the_file_is_read(tmp_path: Path) -> None:
    """The sentence names the store and what is not known, before anything is compared with such days."""
    path = tmp_path / "stores.json"
    path.write_bytes(orjson.dumps({"stores": [STORE | {"holidays": {"country": "GB", "subdivision": "BY"}}]}))
    with pytest.raises(FileError, match=r"leeds: .* no country GB with a subdivision BY"):
        load_stores(path)


def test_a_written_stores_file_reads_back(tmp_path: Path) -> None:
    """What is left out when it is written is what a reader takes for left out."""
    path = tmp_path / "stores.json"
    hours = {"valid_from": "2026-01-01", "monday": [{"opens": "09:00", "closes": "24:00"}], "sunday": []}
    full = STORE | {"opening": [hours], "holidays": {"country": "GB"}, "opened_on": "2024-05-01"}
    path.write_bytes(orjson.dumps({"stores": [full]}))
    stores = load_stores(path)
    save_stores(path, stores)
    assert load_stores(path) == stores
