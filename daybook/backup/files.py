"""What a backup is made of: files of records, and a manifest that tells whether they are whole."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from daybook.operations.base import CannotAct

FORMAT: Final = 2
"""Of the folder. What a later version writes differently gets the next number."""
MANIFEST: Final = "manifest.json"
_PIECE: Final = 1024 * 1024


class Table(BaseModel):
    """A table's rows, in ClickHouse's Native format."""

    model_config = ConfigDict(extra="forbid")
    name: str
    columns: list[str]
    rows: int


class Manifest(BaseModel):
    """What a backup holds. ``files`` are SHA-256 sums by name, ``positions`` next offsets by partition."""

    model_config = ConfigDict(extra="forbid")
    format: int
    made_at: str
    epoch: int
    partitions: int
    positions: list[int]
    signal_epoch: int = 0
    signal_partitions: int = 0
    """How many partitions signals have, which were none of format 1."""
    tables: list[Table]
    copied: dict[str, str]
    """Files of settings: the setting's name, and the file's name in the backup's folder ``files``."""
    files: dict[str, str]


class Kept(NamedTuple):
    """A record of a topic as it is kept."""

    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]


def write_records(path: Path, records: Iterable[Kept]) -> int:
    """Write records, one JSON array a line; how many there were."""
    count = 0
    with path.open("wb") as file:
        for record in records:
            headers = [[name, _text(value)] for name, value in record.headers]
            file.write(orjson.dumps([_text(record.key), _text(record.value), headers]) + b"\n")
            count += 1
    return count


def read_records(path: Path) -> Iterator[Kept]:
    """The records of a file."""
    with path.open("rb") as file:
        for line in file:
            key, value, headers = orjson.loads(line)
            yield Kept(_bytes(key), _bytes(value), [(name, _bytes(v) or b"") for name, v in headers])


def finish(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, last: a folder without one is no backup."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = {path.relative_to(folder).as_posix(): _sum(path) for path in files}
    body = manifest.model_copy(update={"files": sums}).model_dump()
    (folder / MANIFEST).write_bytes(orjson.dumps(body, option=orjson.OPT_INDENT_2))


def opened_backup(folder: Path) -> Manifest:
    """The manifest of a whole backup.

    Raises:
        CannotAct: there is none, it is of a later version, or a file is missing or damaged.
    """
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except OSError as error:
        raise CannotAct(f"{folder} is no whole backup: {error.strerror}: {MANIFEST}.") from error
    except ValidationError as error:
        raise CannotAct(f"{folder} is no backup that this version reads.") from error
    if manifest.format > FORMAT:
        raise CannotAct(f"The backup has format {manifest.format}; this version reads up to {FORMAT}.")
    for name, told in manifest.files.items():
        path = folder / name
        if not path.is_file() or _sum(path) != told:
            raise CannotAct(f"The backup is damaged: {name} is missing or not what it was.")
    return manifest


def _sum(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _text(value: bytes | None) -> str | None:
    return None if value is None else base64.b64encode(value).decode("ascii")


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)
