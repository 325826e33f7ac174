"""Starting a child program: an interpreter of its own, a scrubbed environment, a lifeline."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

# What a program needs to start at all; everything else (tokens, keys, addresses) stays with the worker.
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "TZ", "VIRTUAL_ENV", "PYTHONHOME")


class Lifeline:
    """A pipe whose write end only this process holds: children are killed when it ends."""

    def __init__(self) -> None:
        self.read_end, self._write_end = os.pipe()

    def cut(self) -> None:
        os.close(self._write_end)
        os.close(self.read_end)


def spawn(
    module: str, arguments: Sequence[str], *, descriptors: Sequence[int], threads: int = 1
) -> subprocess.Popen[bytes]:
    """Runs `python -m module arguments…` in a session of its own (Ctrl-C does not reach it)."""
    return subprocess.Popen(
        [sys.executable, "-s", "-P", "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=descriptors,
        env=_environment(threads),
        start_new_session=True,
    )


def _environment(threads: int) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | {
        "PYTHONPATH": os.pathsep.join(str(Path(folder).absolute()) for folder in sys.path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LC_ALL": "C.UTF-8",
        "OMP_NUM_THREADS": str(threads),
        "OPENBLAS_NUM_THREADS": str(threads),
    }
