"""An archive in a folder of this machine, or of one that is mounted here."""

import asyncio
import errno
import fcntl
import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from workers.engines.archive.names import numbered, safe_name
from workers.engines.archive.port import CHUNK_BYTES, Archived, ArchivedFile, NewFile, Progress, Sent
from workers.engines.failures import EngineFailed

_MARKS = ".headway"
_MOST_OF_A_NAME = 10_000
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class FolderArchive:
    """Files appear under their names whole and durable, by a second name of a file that was written aside.

    That first name is made of the key, and stays until the second is there: who tries again finds it, and knows by it
    which file is its own. Then it makes place for a note of where the file went.
    """

    name = "folder"
    shown_name = "The archive's folder"

    def __init__(self, root: Path) -> None:
        self._root = root

    async def place(
        self, key: str, folder: Sequence[str], files: Sequence[NewFile], progress: Progress | None = None
    ) -> Archived:
        """See ArchiveEngine."""
        loop = asyncio.get_running_loop()
        sent = Sent([await asyncio.to_thread(each.size) for each in files], progress)
        target = self._root.joinpath(*(safe_name(each) for each in folder))
        stopped = threading.Event()
        placed: list[ArchivedFile] = []
        try:
            for number, each in enumerate(files):

                def tell(count: int, number: int = number) -> None:
                    loop.call_soon_threadsafe(sent.of, number, count)

                one = _Placing(self._root / _MARKS, _mark(key, number), target, stopped, tell)
                path = await asyncio.to_thread(one.run, each)
                placed.append(ArchivedFile(path.name, str(path.relative_to(self._root)), path.as_uri()))
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise
            raise EngineFailed(
                "archive_denied", {"engine": self.shown_name}, kind="fatal", detail=str(error)
            ) from error
        finally:
            stopped.set()
        return Archived(self.name, tuple(placed))

    async def check(self) -> str | None:
        """See ArchiveEngine."""
        try:
            await asyncio.to_thread(self._check)
        except OSError as error:
            return str(error)
        return None

    async def close(self) -> None:
        """Nothing is held."""

    def _check(self) -> None:
        """Makes nothing: where nobody archives there need not be a folder."""
        there = self._root
        while not there.exists() and there != there.parent:
            there = there.parent
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            raise OSError(errno.EACCES, f"{there} is no folder that can be written")


class _Stopped(Exception):
    """Nobody waits for it any more."""


class _Placing:
    """One file's way to its name; `tell` is called with the bytes written, from a thread."""

    def __init__(
        self, marks: Path, mark: str, target: Path, stopped: threading.Event, tell: Callable[[int], None]
    ) -> None:
        self._note = marks / f"{mark}.note"
        self._own = marks / f"{mark}.file"
        self._target = target
        self._stopped = stopped
        self._tell = tell

    def run(self, file: NewFile) -> Path:
        """Others that place the same wait meanwhile, in other processes too."""
        _make(self._own.parent)
        with (self._own.parent / f"lock-{self._own.name[:2]}").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return self._run(file)

    def _run(self, file: NewFile) -> Path:
        with suppress(FileNotFoundError):
            path = self._target / self._note.read_text()
            if path.is_file():
                self._tell(path.stat().st_size)
                return path
        _make(self._target)
        if not self._own.exists():
            self._write(file)
        path = self._linked(safe_name(file.name))
        _sync(self._target)
        aside = self._note.with_suffix(f".{threading.get_ident()}")
        aside.write_text(path.name)
        aside.replace(self._note)
        self._own.unlink(missing_ok=True)
        return path

    def _write(self, file: NewFile) -> None:
        aside = self._own.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        try:
            with aside.open("wb") as out:
                if isinstance(file.content, bytes):
                    out.write(file.content)
                else:
                    self._copy(file.content, out.write)
                out.flush()
                os.fsync(out.fileno())
                self._tell(out.tell())
            aside.replace(self._own)
            _sync(self._own.parent)
        finally:
            aside.unlink(missing_ok=True)

    def _copy(self, path: Path, write: Callable[[bytes], int]) -> None:
        done = 0
        with path.open("rb") as source:
            while chunk := source.read(CHUNK_BYTES):
                if self._stopped.is_set():
                    raise _Stopped
                done += write(chunk)
                self._tell(done)

    def _linked(self, name: str) -> Path:
        """The first of `name.pdf`, `name (2).pdf` … that nobody has, or that is this very file."""
        for number in range(1, _MOST_OF_A_NAME):
            path = self._target / numbered(name, number)
            try:
                os.link(self._own, path)
            except FileExistsError:
                if not path.samefile(self._own):
                    continue
            return path
        raise OSError(errno.EEXIST, f"too many files are called {name}")


def _mark(key: str, number: int) -> str:
    return hashlib.sha256(f"{key}\0{number}".encode()).hexdigest()


def _make(folder: Path) -> None:
    """The folder, its name being on the disk."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
