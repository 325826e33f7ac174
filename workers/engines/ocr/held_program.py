"""Binds itself and becomes a program.

`python -I -S held_program.py LIFELINE_FD MEMORY_BYTES CPU_SECONDS NICENESS COMMAND…`

Run by its path, without the packages of the environment, so that it takes no longer to start than Python does.
"""

import fcntl
import os
import resource
import select
import signal
import sys


def hold_lifeline(read_end: int) -> None:
    """From now on this process group is killed when the last write end of the pipe closes, whoever it is by then.

    The pipe is opened anew, since the owner of its signals belongs to an open file and inherited ones are shared. What
    this process becomes holds it, and so does all that it starts.
    """
    own = os.open(f"/proc/self/fd/{read_end}", os.O_RDONLY | os.O_NONBLOCK)
    os.set_inheritable(own, True)
    fcntl.fcntl(own, fcntl.F_SETOWN, -os.getpgid(0))
    fcntl.fcntl(own, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(own, fcntl.F_SETFL, os.O_RDONLY | os.O_NONBLOCK | os.O_ASYNC)
    poll = select.poll()
    poll.register(read_end, select.POLLIN)
    if poll.poll(0):
        os.kill(os.getpid(), signal.SIGKILL)


def apply_limits(memory_bytes: int, cpu_seconds: int) -> None:
    """Memory and computing time of each process, no file written, no core left behind."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Becomes the command; the standard streams are left as they are."""
    lifeline, memory_bytes, cpu_seconds, niceness = (int(each) for each in sys.argv[1:5])
    hold_lifeline(lifeline)
    os.nice(niceness)
    apply_limits(memory_bytes, cpu_seconds)
    os.execv(sys.argv[5], sys.argv[5:])  # noqa: S606 -- becoming the command is the purpose; no shell is involved


if __name__ == "__main__":
    main()
