"""The rules file of alerts, read anew when it changes. A broken one changes nothing, and that is said."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from daybook.json_files import FileError, read_document, stamp
from daybook.ledger.alerts.checking import problems
from daybook.ledger.expressions import Expression
from daybook.operations.base import CannotAct
from daybook.schemas.rules import RulesFile
from daybook.settings import Settings

log = logging.getLogger(__name__)

NO_RULES: Final = RulesFile(rules=[])


def load_rules(path: Path, custom: Mapping[str, Expression] | None = None) -> RulesFile:
    """The rules in a file. ``custom`` are the measures that they may use beside those that are kept.

    Raises:
        FileError: it is not there or not valid.
    """
    file = read_document(path, RulesFile, "rules file")
    if custom is not None and (found := problems(file, custom)):
        raise FileError(f"The rules file {path} is not valid: {found[0]}.")
    return file


class Rules:
    """The rules that hold now. Without a file there are none."""

    def __init__(self, path: Path | None, custom: Mapping[str, Expression] | None = None) -> None:
        """Reads the file.

        Raises:
            FileError: it is not there or not valid.
        """
        self._path, self._custom = path, custom
        self._stamp = stamp(path)
        self.current = load_rules(path, custom) if path is not None else NO_RULES
        self.problem: str | None = None
        """What is wrong with the file as it is now; None while the rules that hold are those in it."""

    def look(self) -> RulesFile:
        """The rules that hold; looks whether the file has changed."""
        seen = stamp(self._path)
        if self._path is None or seen == self._stamp:
            return self.current
        self._stamp = seen
        try:
            self.current = load_rules(self._path, self._custom)
        except FileError as error:
            self.problem = str(error)
            log.error("%s The rules that were read before go on.", error)  # noqa: TRY400 - a sentence
        else:
            self.problem = None
            log.info("%d rules were read from %s", len(self.current.rules), self._path)
        return self.current


def needed_rules(settings: Settings, custom: Mapping[str, Expression] | None = None) -> Rules:
    """The rules of the settings' file.

    Raises:
        CannotAct: the file is not there or not valid.
    """
    try:
        return Rules(settings.rules_file, custom)
    except FileError as error:
        raise CannotAct(str(error)) from error
