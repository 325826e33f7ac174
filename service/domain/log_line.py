"""Lines of a job's log."""

import time
from typing import Any, Literal

from service.domain.json import JsonObject
from service.domain.message import Message


def log_line(code: str, level: Literal["info", "warning", "error"] = "info", **params: Any) -> JsonObject:
    """A line of the family `log`, at this moment."""
    return {"at": round(time.time(), 3), "level": level, **Message("log", code, params).json()}
