"""Saying, once each, of a page and of a step that they take unusually long. Nothing ends for that."""

import time
from dataclasses import dataclass

from service.domain.json import JsonObject
from service.domain.log_line import log_line
from service.domain.message import Message

_TIMES_EXPECTED = 3.0
"""What is expected to take long is not unusual before it has taken so many times that."""


@dataclass(frozen=True)
class SlowAfter:
    """So many seconds are unusual for a page, and for a step."""

    page_seconds: float = 10.0
    step_seconds: float = 120.0


@dataclass(frozen=True)
class Slowness:
    """What is said of something slow: as the detail, and in the log."""

    detail: Message
    line: JsonObject


class SlowWatch:
    """Watches one attempt at a step."""

    def __init__(self, after: SlowAfter, expected_seconds: float) -> None:
        self._after = after
        self._step_seconds = max(after.step_seconds, _TIMES_EXPECTED * expected_seconds)
        self._step_began = time.monotonic()
        self._said_of_step = False
        self._page: JsonObject | None = None

    def shows(self, detail: Message) -> None:
        """What the step says it does now."""
        self._page = detail.params if detail.code == "page" else None

    def look(self, began: float, expected_seconds: float) -> Slowness | None:
        """What is slow and was not said to be yet; its item began then, on the monotonic clock."""
        now = time.monotonic()
        page_seconds = max(self._after.page_seconds, _TIMES_EXPECTED * expected_seconds)
        if self._page is not None and now - began > page_seconds:
            page, self._page = self._page, None
            line = log_line("page_slow", "warning", page=page["page"], seconds=round(page_seconds))
            return Slowness(Message("detail", "page_slow", page), line)
        if not self._said_of_step and now - self._step_began > self._step_seconds:
            self._said_of_step = True
            line = log_line("step_slow", "warning", seconds=round(self._step_seconds))
            return Slowness(Message("detail", "step_slow"), line)
        return None
