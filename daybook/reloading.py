"""Files that are read anew when they change. A broken one changes nothing, and that is said."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from daybook.json_files import FileError

log = logging.getLogger(__name__)

Document = TypeVar("Document")


class Reloaded(Generic[Document]):
    """The document that holds now.

    Args:
        path: of the file; None where there is none.
        load: reads it, and raises FileError where it is not there or not valid.
        without: holds where there is no file.

    Raises:
        FileError: it is not there or not valid.
    """

    def __init__(self, path: Path | None, load: Callable[[Path], Document], without: Document) -> None:
        self._path, self._load = path, load
        self._stamp = _stamp(path)
        self.current = load(path) if path is not None else without
        self.problem: str | None = None
        """What is wrong with the file as it is now; None while what holds is what stands in it."""

    def look(self) -> Document:
        """The document that holds; looks whether the file has changed."""
        stamp = _stamp(self._path)
        if self._path is None or stamp == self._stamp:
            return self.current
        self._stamp = stamp
        try:
            self.current = self._load(self._path)
        except FileError as error:
            self.problem = str(error)
            log.error("%s What was read before goes on.", error)  # noqa: TRY400 - a sentence
        else:
            self.problem = None
            log.info("%s was read anew", self._path)
        return self.current


def _stamp(path: Path | None) -> tuple[int, int] | None:
    """What changes with the file; None while it is not there."""
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size) if found is not None else None
