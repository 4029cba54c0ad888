"""A JSON file that is its owner's alone: mode 0600, replaced as a whole, read again when it has changed."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_Document = TypeVar("_Document", bound=BaseModel)

Version = tuple[int, int, int] | None
"""Tells one state of a file from another; None where there is no file."""


class KeysFileError(Exception):
    """A file of keys cannot be used; the message is a sentence for its owner."""


class PrivateFile(Generic[_Document]):
    """A document of a model's form. A missing file holds the model's defaults."""

    def __init__(self, path: Path, form: type[_Document], *, what: str) -> None:
        """``what`` says in errors what the file holds."""
        self.path = path
        self._form = form
        self._what = what

    def version(self) -> Version:
        """Which state of the file is there now."""
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_mode

    def load(self) -> _Document:
        """The document.

        Raises:
            KeysFileError: the file is readable by others, or not what it should be.
        """
        try:
            with self.path.open("rb") as file:
                if os.fstat(file.fileno()).st_mode & _OTHERS:
                    raise KeysFileError(f"{self.path} can be read by others: run chmod 600 on it.")
                return self._form.model_validate_json(file.read())
        except FileNotFoundError:
            return self._form()
        except (OSError, ValidationError) as error:
            # Without its cause: that would repeat what the file holds, in a traceback.
            sentence = f"{self.path} cannot be read as a file of {self._what} ({type(error).__name__})."
            raise KeysFileError(sentence) from None

    def change(self, change: Callable[[_Document], _Document]) -> None:
        """Replace the document by what a function makes of it, which no other process disturbs.

        Raises:
            KeysFileError: the file cannot be read or written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._locked():
                self._replace(change(self.load()).model_dump_json(indent=2).encode())
        except OSError as error:
            raise KeysFileError(f"{self.path} cannot be written.") from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        # A lock of its own: the file itself is replaced, and a lock on the old one would lock nothing.
        with self.path.with_name(self.path.name + ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _replace(self, text: bytes) -> None:
        draft = self.path.with_name(self.path.name + ".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)
