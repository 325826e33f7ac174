"""Counting what a piece of code asks of the database."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Engine, event

_here: ContextVar[bool] = ContextVar("counted", default=False)


@contextmanager
def statements(*, everywhere: bool = False) -> Generator[list[str]]:
    """Gathers the SQL that is executed inside and by what is awaited there, not by tasks that were running before,
    unless it is to be `everywhere` in this process.

    What begins and ends transactions is left out.
    """
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if (everywhere or _here.get()) and not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    token = _here.set(True)
    try:
        yield seen
    finally:
        _here.reset(token)
        event.remove(Engine, "before_cursor_execute", note)
