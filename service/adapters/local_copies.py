"""Copies on this machine of blobs that are elsewhere: each fetched once for all that read it at about the same time."""

import asyncio
import fcntl
import os
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from service.domain.ids import new_id

IDLE_SECONDS = 120.0
"""So long a copy that nobody reads is kept for the next step of its document."""
_LOCK = "lock"

Fetch: TypeAlias = Callable[[Path], Awaitable[str]]


@dataclass(frozen=True)
class Copy:
    """A file to be read only, and the SHA-256 in hex of what was fetched."""

    path: Path
    sha256: str


@dataclass
class _Entry:
    path: Path
    size: int
    fetched: "asyncio.Task[str]"
    users: int = 0
    idle: asyncio.TimerHandle | None = None


class LocalCopies:
    """In a folder of this process below `folder`; those of processes that have died are removed.

    Copies that nobody reads make room for new ones beyond `most_bytes`; those that are read stay.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._own: Path | None = None
        self._lock: int | None = None
        self._opening = asyncio.Lock()
        self._entries: dict[str, _Entry] = {}

    @asynccontextmanager
    async def of(self, name: str, size: int, fetch: Fetch) -> AsyncGenerator[Copy, None]:
        """The copy of this name, of about `size` bytes. `fetch` writes it, unless it is there, and gives its SHA-256.

        Raises what `fetch` raises, and OSError where there is no room.
        """
        own = await self._opened()
        entry = self._entries.get(name)
        if entry is None:
            self._make_room(size)
            path = own / new_id()
            entry = self._entries[name] = _Entry(path, size, asyncio.create_task(_fetched(fetch, path)))
        entry.users += 1
        if entry.idle is not None:
            entry.idle.cancel()
        try:
            # For all who wait: one of them may leave.
            sha256 = await asyncio.shield(entry.fetched)
            yield Copy(entry.path, sha256)
        finally:
            entry.users -= 1
            self._left(name, entry)

    async def close(self) -> None:
        """Removes all copies."""
        for name, entry in list(self._entries.items()):
            self._drop(name, entry)
        if self._own is not None:
            await asyncio.to_thread(shutil.rmtree, self._own, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _left(self, name: str, entry: _Entry) -> None:
        if entry.users or self._entries.get(name) is not entry:
            return
        done = entry.fetched.done()
        if not done or entry.fetched.cancelled() or entry.fetched.exception() is not None:
            self._drop(name, entry)
            return
        loop = asyncio.get_running_loop()
        entry.idle = loop.call_later(IDLE_SECONDS, self._drop, name, entry)

    def _make_room(self, size: int) -> None:
        held = sum(each.size for each in self._entries.values())
        # In the order in which they were fetched: what is in use again keeps its place, and is not dropped.
        for name, entry in list(self._entries.items()):
            if held + size <= self._most_bytes:
                return
            if not entry.users:
                self._drop(name, entry)
                held -= entry.size

    def _drop(self, name: str, entry: _Entry) -> None:
        if entry.idle is not None:
            entry.idle.cancel()
        entry.fetched.cancel()
        del self._entries[name]
        entry.path.unlink(missing_ok=True)

    async def _opened(self) -> Path:
        async with self._opening:
            if self._own is None:
                self._own, self._lock = await asyncio.to_thread(_make_own, self._folder)
            return self._own


async def _fetched(fetch: Fetch, path: Path) -> str:
    try:
        return await fetch(path)
    except BaseException:
        path.unlink(missing_ok=True)  # noqa: ASYNC240 -- one name; a cancelled task has no time for a thread
        raise


def _make_own(folder: Path) -> tuple[Path, int]:
    """A new folder whose lock is held as long as this process lives."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for each in folder.iterdir():
        _remove_if_left(each)
    own = folder / new_id()
    aside = folder / f"{own.name}.{_LOCK}"
    lock = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    own.mkdir(mode=0o700)
    return own, lock


def _remove_if_left(lock: Path) -> None:
    """Of a process that has died, which its lock tells, the folder and the lock go."""
    if lock.suffix != f".{_LOCK}":
        return
    with suppress(OSError):
        descriptor = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            lock.unlink(missing_ok=True)
        finally:
            os.close(descriptor)
