"""Every query of boards, page and reports, once each; values go in as ClickHouse parameters."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def load(name: str) -> str:
    """The text of ``<name>.sql`` in this folder.

    Raises:
        FileNotFoundError: there is no such query.
    """
    return files(__name__).joinpath(f"{name}.sql").read_text(encoding="utf-8")


def names() -> list[str]:
    """The names of all queries, sorted."""
    return sorted(
        path.name.removesuffix(".sql") for path in files(__name__).iterdir() if path.name.endswith(".sql")
    )
