"""Looking at processes from outside."""

import os


def is_alive(pid: int) -> bool:
    """Whether a process with this pid runs; one that waits to be reaped does not."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] not in ("Z", "X")
    except FileNotFoundError:
        return False


def exists(pid: int) -> bool:
    """Whether the pid is taken, be it by a process that waits to be reaped."""
    return os.path.exists(f"/proc/{pid}")


def open_descriptors() -> int:
    """How many file descriptors this process holds."""
    return len(os.listdir("/proc/self/fd"))
