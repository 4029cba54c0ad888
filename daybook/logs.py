"""Logs on stderr: lines for people, or one JSON object a line for machines."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from daybook.settings import Settings

_TEXT: Final = "%(levelname)s %(name)s: %(message)s"
_TALKATIVE: Final = ("aiokafka", "faust", "mode", "uvicorn", "kafka")
"""Libraries that tell of every connection and rebalance: all that is well from them is left out."""


class JsonFormatter(logging.Formatter):
    """One object: ``time`` (UTC), ``level``, ``logger``, ``message``; ``error`` holds a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return orjson.dumps(line, option=orjson.OPT_NON_STR_KEYS, default=str).decode()


def begin_logging(settings: Settings) -> None:
    """Logs of a command: from warnings on, unless the settings say otherwise."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else logging.Formatter(_TEXT))
    logging.basicConfig(handlers=[handler], level=settings.log_level or logging.WARNING)


def talk(settings: Settings) -> None:
    """Logs of what runs until it is told to end: what a person may want to know afterwards, and no more."""
    logging.getLogger().setLevel(settings.log_level or logging.INFO)
    if settings.log_level != "DEBUG":
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.WARNING)
