"""A program that is kept running: started again when it ends by itself, never an orphan.

It runs in a session of its own, so that Ctrl-C reaches it only through its keeper, and is killed by the kernel when
the keeper ends in whatever way. Linux only.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import structlog

from service.adapters.parent_death import dying_with_parent
from service.adapters.process_end import exit_code

LIVED_SECONDS = 5.0
"""A program that ran for so long ended for a reason of its own, not because it can't start."""
EXIT_USELESS = 70
"""By this exit code, or 2 for wrong settings, a program says that to start it again is of no use."""

_SETTINGS = "HEADWAY_"
_FIRST_WAIT = 0.25
_LONGEST_WAIT = 10.0

_log = structlog.get_logger()


@dataclass(frozen=True)
class Program:
    """What to run: a Python module, its settings among other variables, and the file descriptors it inherits."""

    name: str
    module: str
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    descriptors: Sequence[int] = ()
    output: Path | None = None

    def start(self) -> subprocess.Popen[bytes]:
        """Starts it. From the main thread only (see parent_death)."""
        with contextlib.ExitStack() as closing:
            output = closing.enter_context(self.output.open("ab")) if self.output is not None else None
            return self._popen(output)

    def _popen(self, output: IO[bytes] | None) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            dying_with_parent([sys.executable, "-P", "-m", self.module]),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output is not None else None,
            env={**_without_settings(os.environ), **self.environment},
            pass_fds=self.descriptors,
            start_new_session=True,
        )


class CannotRun(Exception):
    """A kept program cannot start: it ends again and again as soon as it is started, or says so itself."""

    def __init__(self, name: str, ended: str) -> None:
        super().__init__(f"{name} cannot run: it {ended}")


class KeptProcess:
    """Keeps a program running from `run` until `terminate` or `kill`.

    `make` gives the program for each start. After `tries` starts in a row that lived less than
    LIVED_SECONDS, with none before that lived longer, `run` raises CannotRun. `died` is awaited at once after each
    death that nobody asked for.
    """

    def __init__(
        self,
        make: Callable[[], Program],
        *,
        tries: int = 5,
        died: Callable[[Program], Awaitable[None]] | None = None,
    ) -> None:
        self._make = make
        self._tries = tries
        self._died = died
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    async def run(self) -> None:
        """Returns once the program has ended after `terminate` or `kill`. Raises CannotRun."""
        self._ended.clear()
        try:
            await self._keep()
        finally:
            self._ended.set()

    async def ended(self) -> None:
        """Waits until `run` is over, however it ended; at once where it never began."""
        await self._ended.wait()

    async def _keep(self) -> None:
        short_lives = 0
        has_lived = False
        while not self._stopping.is_set():
            program = self._make()
            started = time.monotonic()
            self._process = program.start()
            code = await exit_code(self._process)
            if self._stopping.is_set():
                return
            lived = time.monotonic() - started >= LIVED_SECONDS
            short_lives = 0 if lived else short_lives + 1
            has_lived = has_lived or lived
            if code in (2, EXIT_USELESS) or (short_lives >= self._tries and not has_lived):
                raise CannotRun(program.name, describe_exit(code))
            wait = _wait_after(short_lives)
            _log.error("process_died", process=program.name, how=describe_exit(code), again_in=wait)
            if self._died is not None:
                await self._died(program)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._stopping.wait()

    def terminate(self) -> None:
        """Asks it to end, and starts it no more."""
        self._stopping.set()
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it at once, and starts it no more."""
        self._stopping.set()
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)


def _without_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """A program gets the settings that its starter chose, and no others."""
    return {name: value for name, value in environment.items() if not name.upper().startswith(_SETTINGS)}


def describe_exit(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"ended with code {code}"
    with contextlib.suppress(ValueError):
        return f"was killed by {signal.Signals(-code).name}"
    return f"was killed by signal {-code}"


def _wait_after(short_lives: int) -> float:
    """A first death is answered at once; one that can't start is given more and more time."""
    return 0.0 if short_lives <= 1 else min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (short_lives - 2))
