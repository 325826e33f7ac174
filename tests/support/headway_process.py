"""`headway` as people run it: the command as a process, and a whole `headway up` with all of its processes."""

import asyncio
import io
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from service.cli import run
from tests.support.pdf_files import scanned_pdf, words
from tests.support.processes import is_alive
from tests.support.waiting import until

COMMAND = (sys.executable, "-m", "service.cli")
_LINK = re.compile(r"http://\S+#code=\S+")


def environment(**settings: str) -> dict[str, str]:
    """Of this process, with these settings and none else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEADWAY_")}
    return kept | settings


def headway(*arguments: str, data_dir: Path) -> subprocess.CompletedProcess[str]:
    """Runs one command against the server on this data folder; its output as in a pipe."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment(HEADWAY_DATA_DIR=str(data_dir)),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def run_here(*arguments: str) -> subprocess.CompletedProcess[str]:
    """As `headway`, within this process, which saves the start of another. Not within an event loop."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        code = run(list(arguments))
    return subprocess.CompletedProcess(list(arguments), code, out.getvalue(), err.getvalue())


def descendants(pid: int) -> dict[int, str]:
    """The command lines of all processes below this one, by pid."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    found: dict[int, str] = {}
    wanted = {pid}
    while wanted := {child for child, parent in parents.items() if parent in wanted}:
        found |= {child: _command_line(child) for child in wanted}
    return found


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


@dataclass
class RunningHeadway:
    """A `headway up` that is ready."""

    process: subprocess.Popen[bytes]
    data_dir: Path
    output: Path
    link: str

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.link.partition("/#")[0]

    def pids(self, named: str = "") -> set[int]:
        """Its living processes whose command line holds this."""
        return {pid for pid, line in descendants(self.process.pid).items() if named in line and is_alive(pid)}

    async def one(self, named: str) -> int:
        """The pid of one process with this name, once there is one."""
        return min(await until(lambda: self.pids(named), f"a process {named} runs"))

    def interrupt(self) -> None:
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)

    async def ended(self, seconds: float) -> int:
        """Its exit code, within so many seconds."""
        await until(
            lambda: self.process.poll() is not None, f"headway up has ended\n{self.said()}", seconds=seconds
        )
        return self.process.returncode

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command against it, within this process."""
        return run_here(*arguments, "--data-dir", str(self.data_dir))

    async def upload(self, *paths: Path) -> int:
        """Uploads and watches; the exit code."""
        told = await asyncio.to_thread(self.run, "upload", "--watch", *map(str, paths))
        return told.returncode

    def said(self) -> str:
        """All that it printed and logged."""
        return self.output.read_text()

    def kill(self) -> None:
        """For the end of a test, whatever state it is in."""
        self.process.kill()
        self.process.wait()


async def started_up(folder: Path, *arguments: str, **settings: str) -> RunningHeadway:
    """A new `headway up` on a folder of its own and a free port, once it has printed its link."""
    folder.mkdir(parents=True, exist_ok=True)
    output = folder / "output"
    command: Sequence[str] = (
        *COMMAND,
        "up",
        "--no-browser",
        "--port",
        "0",
        "--data-dir",
        str(folder / "data"),
        *arguments,
    )
    with output.open("wb") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=environment(**settings),
            start_new_session=True,
        )
    try:
        found = await until(
            lambda: _LINK.search(output.read_text()) or process.poll() is not None,
            "the link is printed",
        )
        assert isinstance(found, re.Match), f"headway up ended:\n{output.read_text()}"
    except BaseException:
        process.kill()
        process.wait()
        raise
    return RunningHeadway(process, folder / "data", output, found.group())


async def gone(pids: set[int], seconds: float = 5.0) -> None:
    """Waits until none of these processes runs."""
    await until(lambda: not any(map(is_alive, pids)), f"none of {sorted(pids)} runs", seconds=seconds)


async def busy(up: RunningHeadway, folder: Path) -> None:
    """Until a child of a worker reads a scan, which takes it a few seconds a page."""
    scan = folder / "scan.pdf"
    scan.write_bytes(scanned_pdf(*(words(80, seed=page) for page in range(6))))
    told = await asyncio.to_thread(up.run, "upload", str(scan))
    assert told.returncode == 0, told.stderr
    await until(lambda: up.pids("workers.children.warm"), "a scan is read")
