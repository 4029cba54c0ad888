"""The rules file of alerts, read anew when it changes. A broken one changes nothing, and that is said."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from daybook.board_files import load_measures
from daybook.json_files import FileError, read_document
from daybook.ledger.alerts.checking import problems
from daybook.ledger.expressions import Expression, ExpressionError, parse_all
from daybook.operations.base import CannotAct
from daybook.reloading import Reloaded
from daybook.schemas.rules import RulesFile
from daybook.settings import Settings

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


def custom_measures(settings: Settings) -> dict[str, Expression]:
    """The measures of the settings' file.

    Raises:
        CannotAct: the file is not there or not valid.
    """
    try:
        measures = load_measures(settings.measures_file)
        return parse_all({measure.name: measure.expression for measure in measures})
    except (FileError, ExpressionError) as error:
        raise CannotAct(str(error)) from error


class Rules(Reloaded[RulesFile]):
    """The rules that hold now. Without a file there are none."""

    def __init__(self, path: Path | None, custom: Mapping[str, Expression] | None = None) -> None:
        """Reads the file.

        Raises:
            FileError: it is not there or not valid.
        """
        super().__init__(path, functools.partial(load_rules, custom=custom), NO_RULES)


def needed_rules(settings: Settings, custom: Mapping[str, Expression] | None = None) -> Rules:
    """The rules of the settings' file.

    Raises:
        CannotAct: the file is not there or not valid.
    """
    try:
        return Rules(settings.rules_file, custom)
    except FileError as error:
        raise CannotAct(str(error)) from error
