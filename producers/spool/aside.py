"""What a spool sets aside, so that it holds up nothing and is not lost: refused events, and damaged bytes."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import orjson
from pydantic import BaseModel, ValidationError

from daybook.producers.records import OutgoingRecord, Refusal
from daybook.producers.spool.errors import SpoolFull
from daybook.producers.spool.files import make_private, replace_file

_log = logging.getLogger(__name__)
_READABLE: Final = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


class Refused(BaseModel):
    """An event as it lies in ``refused/``, with what was wrong with it."""

    refused_at: datetime
    problems: list[Refusal]
    key: str
    event: str
    """Its text, exactly as published."""


class Aside:
    """The folders ``refused/`` and ``damaged/`` of a spool; each is made when it is first needed."""

    def __init__(self, folder: Path, *, max_bytes: int) -> None:
        self.refused = folder / "refused"
        self.damaged = folder / "damaged"
        self._max_bytes = max_bytes

    def refuse(self, sequence: int, record: OutgoingRecord, problems: Sequence[Refusal], now: float) -> Path:
        """Keep a refused event with its reasons; it is on the disk when this returns.

        Raises:
            SpoolFull: the refused ones have come to the spool's limit.
            OSError: the disk refused.
        """
        held = sum(path.stat().st_size for path in json_files(self.refused))
        if held + len(record.value) > self._max_bytes:
            raise SpoolFull(f"{self.refused} holds {held} bytes: look at what is in it, and empty it.")
        make_private(self.refused)
        document = Refused(
            refused_at=datetime.fromtimestamp(now, UTC),
            problems=list(problems),
            key=(record.key or b"").decode("utf-8", "replace"),
            event=record.value.decode("utf-8", "replace"),
        )
        path = self.refused / f"{sequence:020}.json"
        replace_file(path, orjson.dumps(document.model_dump(mode="json"), option=_READABLE), sync_name=True)
        return path

    def take_back(self) -> Iterator[tuple[Path, OutgoingRecord]]:
        """The refused events, oldest first, each with its file. A file that is none of ours is left alone.

        Raises:
            OSError: one cannot be read.
        """
        for path in json_files(self.refused):
            try:
                document = Refused.model_validate_json(path.read_bytes())
            except ValidationError:
                _log.error("%s cannot be read and is left alone", path)
                continue
            yield path, OutgoingRecord(document.key.encode(), document.event.encode())

    def damage(self, segment: Path, offset: int, data: bytes) -> Path | None:
        """Keep bytes that are no record; None if they are kept already.

        Raises:
            OSError: the disk refused.
        """
        path = self.damaged / f"{segment.stem}-{offset}-{len(data)}.bin"
        if path.exists():
            return None
        make_private(self.damaged)
        replace_file(path, data, sync_name=True)
        return path


def json_files(folder: Path) -> list[Path]:
    """The documents in a folder that may not be there."""
    return sorted(folder.glob("[0-9]*.json"))
