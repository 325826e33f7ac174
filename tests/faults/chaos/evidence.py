"""What processes of the chaos write down of themselves, and what they are ordered to do: one folder that all know.

Evidence is one line of JSON each, appended in one write. An order is a file named after a point (see points.py); the
first process that comes there takes it.
"""

import os
import signal
import time
from pathlib import Path
from typing import Any

import orjson
import structlog

from service.domain.json import JsonObject

FOLDER = "CHAOS_FOLDER"
"""The variable that names the folder."""
WITHOUT = "CHAOS_WITHOUT"
"""The variable that names the protection which is taken out, if one is."""
KILL, STOP = "kill", "stop"


class Evidence:
    """The folder, from within and from outside."""

    def __init__(self, folder: Path) -> None:
        self._orders = folder / "orders"
        self._taken = folder / "taken"
        self._lines = folder / "evidence"
        self.remote = folder / "remote"
        for each in (self._orders, self._taken, self.remote):
            each.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(self._lines, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._read = 0
        self._known: list[JsonObject] = []

    @classmethod
    def of_process(cls) -> "Evidence":
        """As this process was told."""
        return cls(Path(os.environ[FOLDER]))

    def note(self, what: str, **about: Any) -> None:
        """Writes it down, with the work that this process is at."""
        bound = structlog.contextvars.get_contextvars()
        line = {"what": what, "at": time.monotonic(), "pid": os.getpid(), **bound, **about}
        os.write(self._descriptor, orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE, default=str))

    def met(self, point: str) -> bool:
        """This process has come to the point: what was ordered for it happens here and now. Whether something was."""
        order = self._orders / point
        if not order.exists():
            return False
        taken = self._taken / f"{point}.{time.monotonic_ns()}"
        try:
            order.rename(taken)
        except FileNotFoundError:
            return False
        how = taken.read_text()
        self.note("met", point=point, how=how)
        os.kill(os.getpid(), signal.SIGKILL if how == KILL else signal.SIGSTOP)
        return True

    def order(self, point: str, how: str) -> None:
        """Whoever comes to the point first is to be killed or stopped there."""
        fresh = self._taken / "fresh"
        fresh.write_text(how)
        fresh.rename(self._orders / point)

    def withdraw(self, point: str) -> bool:
        """Takes the order back; False where it was met."""
        try:
            (self._orders / point).unlink()
        except FileNotFoundError:
            return False
        return True

    def holds(self, state: str) -> bool:
        """Whether a lasting state was ordered, such as a full disk."""
        return (self._orders / state).exists()

    def read(self) -> list[JsonObject]:
        """All that was written down by now, in its order."""
        with self._lines.open("rb") as lines:
            lines.seek(self._read)
            new = lines.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._read += len(whole)
        self._known += [orjson.loads(line) for line in whole.splitlines()]
        return self._known

    def close(self) -> None:
        """No more is written here."""
        os.close(self._descriptor)
