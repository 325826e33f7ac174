"""Processes whose parent is gone: this process becomes the parent of all such that it has once started."""

import ctypes
import os
import signal
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.processes import is_alive

_PR_SET_CHILD_SUBREAPER = 36
_OURS = ("workers.children", "tests.faults.chaos")


class Adopted:
    """Those that were re-parented to this process. `own` are what it has started itself."""

    def __init__(self) -> None:
        self._before = _children()

    def living(self, own: set[int]) -> dict[int, str]:
        """Command lines of the living by pid; the dead are reaped."""
        found: dict[int, str] = {}
        for pid in _children() - self._before - own:
            if is_alive(pid):
                found[pid] = _command_line(pid)
            else:
                with suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
        return found

    def end(self) -> None:
        """Kills those of Headway that are left, which whoever looks for orphans has seen by now."""
        for pid, line in self.living(set()).items():
            if any(name in line for name in _OURS):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


@contextmanager
def adopting() -> Generator[Adopted, None, None]:
    """Orphans below this process come to it, and not to the machine's first process, while the block runs."""
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    adopted = Adopted()
    try:
        yield adopted
    finally:
        adopted.end()
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def _children() -> set[int]:
    return {int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _is_ours(entry)}


def _is_ours(entry: Path) -> bool:
    with suppress(FileNotFoundError, ProcessLookupError):
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == os.getpid()
    return False


def _command_line(pid: int) -> str:
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""
