"""How a child binds itself: it dies with its worker, holds nothing it needs not, and stays within its limits."""

import ctypes
import fcntl
import math
import os
import resource
import select
import signal
from pathlib import Path

from workers.children.outcome import Limits

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_OPEN_FILES = 64
_SPARE_CPU_SECONDS = 1
_libc = ctypes.CDLL(None, use_errno=True)


def hold_lifeline(read_end: int) -> int:
    """From now on this process is killed when the last write end of the pipe closes. Returns the fd to keep.

    The pipe is opened anew since the owner of its signals belongs to an open file, and inherited ones are
    shared. That the pipe broke before is asked of the inherited end: a fresh one has never seen a writer.
    """
    own = os.open(f"/proc/self/fd/{read_end}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.fcntl(own, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(own, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(own, fcntl.F_SETFL, os.O_RDONLY | os.O_NONBLOCK | os.O_ASYNC)
    poll = select.poll()
    poll.register(read_end, select.POLLIN)
    if poll.poll(0):
        os.kill(os.getpid(), signal.SIGKILL)
    return own


def die_with_parent(parent: int) -> None:
    """Killed when the parent process ends (which forked us from its main thread)."""
    _libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def leave_no_dumps() -> None:
    """No core file and no /proc entry that shows our memory: it may hold a document's password."""
    _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def keep_only(*wanted: int) -> None:
    """Points 0, 1, 2 at nothing and closes every file descriptor that is not wanted."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nothing, standard)
    below = 3
    for descriptor in sorted(wanted):
        os.closerange(below, descriptor)
        below = descriptor + 1
    os.closerange(below, _highest_descriptor() + 1)


def apply_limits(limits: Limits) -> None:
    """Memory (what is mapped now plus the budget), computing time from now on, files written, files open."""
    memory = mapped_bytes() + limits.memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    allow_cpu(limits.cpu_seconds)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file_bytes, limits.file_bytes))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    open_files = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_files, open_files))


def allow_cpu(seconds: float) -> None:
    """After about so much more computing time SIGXCPU ends this process, whatever its threads wait for.

    The kernel counts it in whole seconds, by ticks that may run ahead of what was used: so there are some to spare.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime + seconds) + _SPARE_CPU_SECONDS
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(
        resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard)
    )


def arm_alarm(seconds: float) -> None:
    """After so many seconds SIGALRM ends this process, even in C code that holds the GIL; 0 disarms."""
    signal.setitimer(signal.ITIMER_REAL, seconds)


def expect_alarms() -> None:
    """SIGALRM kills, and so does SIGXCPU, whatever was inherited."""
    for number in (signal.SIGALRM, signal.SIGXCPU):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM, signal.SIGXCPU})


def mapped_bytes() -> int:
    """The size of this process's address space."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def _highest_descriptor() -> int:
    return max(int(entry.name) for entry in Path("/proc/self/fd").iterdir())
