"""What a check finds."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Finding(NamedTuple):
    """One thing that was looked at: what it says, and what to do about it, empty if all is well."""

    check: str
    state: Literal["ok", "warning", "wrong", "skipped"]
    says: str
    do: str = ""


def ok(check: str, says: str) -> Finding:
    """All is well."""
    return Finding(check, "ok", says)


def wrong(check: str, says: str, do: str) -> Finding:
    """Daybook cannot work so."""
    return Finding(check, "wrong", says, do)


def warning(check: str, says: str, do: str) -> Finding:
    """It works, but will not for ever."""
    return Finding(check, "warning", says, do)


def skipped(check: str, says: str) -> Finding:
    """Could not be looked at, or need not."""
    return Finding(check, "skipped", says)
