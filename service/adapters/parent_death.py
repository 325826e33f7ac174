"""Child processes that end with their parent, however it ends. Linux only (PR_SET_PDEATHSIG).

The kernel sends the signal when the *thread* that started the child ends, so children are to be started from a thread
that lives as long as the process: the main thread. The request survives `exec`, but not `fork`.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int, with_signal: int = signal.SIGKILL) -> None:
    """Has the kernel send this process a signal when its parent ends; ends at once when the parent is gone already.

    Raises OSError where the kernel refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) was refused")
    if os.getppid() != parent:
        os.kill(os.getpid(), with_signal)


def dying_with_parent(command: Sequence[str]) -> list[str]:
    """The command wrapped so that it gets SIGKILL when the calling process ends. It keeps its process id."""
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *command]


if __name__ == "__main__":
    die_with_parent(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 -- becoming the command is the purpose; no shell is involved
