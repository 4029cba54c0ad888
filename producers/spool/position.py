"""How far a spool was delivered, over restarts.

It may lag behind after a power cut, never run ahead: a record may be delivered again, and none is skipped.
"""

from __future__ import annotations

import logging
import re
import zlib
from pathlib import Path
from typing import Final

from daybook.producers.spool.files import replace_file

_FORM: Final = re.compile(rb"next ([0-9]{20}) check ([0-9a-f]{8})\n")
_log = logging.getLogger(__name__)


def read_position(folder: Path) -> int:
    """The sequence of the first record that was not delivered; 0 where that cannot be told."""
    path = folder / "position"
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return 0
    found = _FORM.fullmatch(text)
    if found is None or int(found[2], 16) != zlib.crc32(found[1]):
        _log.error("%s cannot be read: everything that the spool still holds is sent again", path)
        return 0
    return int(found[1])


def write_position(folder: Path, sequence: int) -> None:
    """Remember that everything before ``sequence`` was delivered.

    Raises:
        OSError: the disk refused; the old position stands.
    """
    number = b"%020d" % sequence
    text = b"next %s check %08x\n" % (number, zlib.crc32(number))
    replace_file(folder / "position", text, sync_name=False)
