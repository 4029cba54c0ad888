"""Every query of boards, page and reports, once each.

What several queries share stands in ``parts`` and is put in when a query is loaded (Jinja: ``include``,
``extends``). What changes from one asking to the next stays in the text: Grafana's variables and macros, as
``filling`` fills them in, or ClickHouse's own parameters.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound

from daybook.ledger.board_measures import MEASURES
from daybook.ledger.signals.boards import SIGNAL_BOARDS, fewest, made_of
from daybook.ledger.signals.expressions import SIGNAL_VOCABULARY

_FOLDER: Final = Path(__file__).parent
_TEXTS: Final = Environment(
    loader=FileSystemLoader(_FOLDER),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - the texts are our own files, and SQL is no markup
)
_TEXTS.globals["measures"] = tuple(MEASURES)


class Ranked(NamedTuple):
    """A share, mean or score of signals in SQL, over a map ``m`` of what is counted: its value and volume."""

    value: str
    volume: str
    fewest: int


def _over_map(expression: str) -> str:
    return re.sub(r"[a-z_]+", lambda name: f"m['{name[0]}']", expression)


_TEXTS.globals["signal_ratios"] = {
    name: Ranked(_over_map(text), f"abs({_over_map(' + '.join(made_of(name)))})", fewest(name))
    for name, text in SIGNAL_VOCABULARY.derived.items()
}
_TEXTS.globals["signal_boards"] = tuple(SIGNAL_BOARDS)
_TEXTS.globals["signal_money"] = sorted(SIGNAL_VOCABULARY.money)
_TEXTS.globals["least_first"] = [name for name, board in SIGNAL_BOARDS.items() if board.least_first]


@cache
def load(name: str) -> str:
    """The text of ``<name>.sql`` in this folder, its shared parts put in.

    Raises:
        FileNotFoundError: there is no such query.
    """
    try:
        text = _TEXTS.get_template(f"{name}.sql").render()
    except TemplateNotFound as error:
        raise FileNotFoundError(f"there is no query {name}") from error
    return "".join(f"{line}\n" for line in text.splitlines() if line.strip())


def names() -> list[str]:
    """The names of all queries, sorted."""
    return sorted(path.stem for path in _FOLDER.glob("*.sql"))
