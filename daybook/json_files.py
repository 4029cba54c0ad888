"""Reading the JSON files that people write: stores, targets."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from daybook.schemas.validation import first_problem

Model = TypeVar("Model", bound=BaseModel)


class FileError(Exception):
    """A file cannot be read; the message says which, where in it, and why."""


def read_document(path: Path, model: type[Model], what: str) -> Model:
    """The document in a file, checked. ``what`` names the file in the error, such as "stores file".

    Raises:
        FileError: it is not there or not valid.
    """
    try:
        return model.model_validate_json(path.read_bytes())
    except OSError as error:
        raise FileError(f"The {what} {path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        raise FileError(f"The {what} {path} is not valid: {first_problem(error)}.") from error


def stamp(path: Path | None) -> tuple[int, int, int] | None:
    """What changes with a file; None while it is not there."""
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size) if found is not None else None
