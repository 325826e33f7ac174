"""What a machine must be to run a server, and the address that the server listens on."""

import errno
import os
import socket
import sys
import time
from pathlib import Path

from service.cli.failing import CommandFailed

OLDEST, NEWEST = (3, 11), (3, 13)


def refuse_wrong_machine(
    platform: str = sys.platform, version: tuple[int, int] = sys.version_info[:2]
) -> None:
    """Raises CommandFailed unless this is Linux with a CPython that Headway is made for."""
    if platform != "linux":
        raise CommandFailed(
            f"Headway's server runs on Linux only, whose kernel it needs to confine documents; this is {platform}.",
            "Use a Linux machine, a container or WSL. The other commands can talk to it from here with --server.",
        )
    if not OLDEST <= version <= NEWEST:
        raise CommandFailed(
            f"Headway needs CPython 3.11 to 3.13; this is {version[0]}.{version[1]}.",
            "Make the environment anew with one of them: `make install PYTHON=python3.13`.",
        )


def bind(host: str, port: int) -> socket.socket:
    """A listening socket that children may inherit; port 0 takes any free one. Raises CommandFailed."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(2048)
        except BaseException:
            listening.close()
            raise
    except OSError as error:
        raise CommandFailed(*_why_not(host, port, error)) from error
    return listening


def process_age() -> float:
    """How many seconds ago this process was started, before any of its code ran."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    started = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started


def has_display() -> bool:
    """Whether a browser can show itself here."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _why_not(host: str, port: int, error: OSError) -> tuple[str, str]:
    if error.errno == errno.EADDRINUSE:
        return (
            f"The port {port} is taken on {host}.",
            "Choose another with --port (0 takes any free one), or stop the program that has it.",
        )
    if error.errno == errno.EACCES:
        return f"This user may not listen on port {port}.", "Choose one above 1023 with --port."
    return f"The address {host} cannot be listened on: {error.strerror}.", "Choose another with --host."
