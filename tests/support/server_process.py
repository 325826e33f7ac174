"""A process of Headway that is started, struck and started again. It ends with this process."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from service.adapters.parent_death import dying_with_parent
from service.adapters.process_end import exit_code

ROOT = Path(__file__).parents[2]


class ServerProcess:
    """A module with arguments, its settings among other variables, and a folder of its own for what it says."""

    def __init__(self, folder: Path, module: Sequence[str], settings: Mapping[str, str]) -> None:
        folder.mkdir(parents=True)
        self._command = [sys.executable, "-m", *module]
        self._log = folder / "output"
        kept = {name: each for name, each in os.environ.items() if not name.startswith("HEADWAY_")}
        # What it starts in turn is to be of this tree as well.
        self._environment = {**kept, "PYTHONPATH": str(ROOT), **settings}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the process that was started last."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Starts it; from the main thread only (see parent_death)."""
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                dying_with_parent(self._command),
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    async def kill(self, number: int = signal.SIGKILL) -> None:
        """Sends it the signal and waits for its end."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
            await exit_code(self._process)

    async def ended(self) -> int:
        """Waits for its end, whoever caused it; the exit code."""
        assert self._process is not None
        return await exit_code(self._process)

    def said(self) -> str:
        """The end of what it logged."""
        with suppress(FileNotFoundError):
            return self._log.read_text(errors="replace")[-4000:]
        return ""
