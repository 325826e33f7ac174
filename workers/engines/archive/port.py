"""What every archive does, and what it is given."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many bytes of all files are there, and how many there are in all; never less than before."""

CHUNK_BYTES = 8 * 1024 * 1024
"""So much of a file is held and sent at a time. A multiple of 256 KiB, as Drive wants it."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to be archived: the name that people see, its media type, and its bytes or where they are."""

    name: str
    media_type: str
    content: bytes | Path

    def size(self) -> int:
        """In bytes. Blocks for a moment where they are in a file."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """A file that is there: its name may have a number that the one asked for had not. `id` is the archive's own."""

    name: str
    id: str
    url: str


@dataclass(frozen=True, slots=True)
class Archived:
    """What became of the files, in their order."""

    engine: str
    files: tuple[ArchivedFile, ...]


class ArchiveEngine(Protocol):
    """Puts files into folders."""

    @property
    def name(self) -> str:
        """Its code: what settings, steps and states call it."""
        ...

    @property
    def shown_name(self) -> str:
        """What people call it."""
        ...

    async def place(
        self, key: str, folder: Sequence[str], files: Sequence[NewFile], progress: Progress | None = None
    ) -> Archived:
        """Puts the files side by side into the folder (its names from the top), which is made where it is missing.

        The key is `job:step`: the same files under the same key are placed once, however often that is asked for, by
        whomever. Files of other keys are never written over. What was cancelled or failed leaves no file half written
        under its name. Raises EngineFailed and EngineAway, and OSError where a file cannot be read.
        """
        ...

    async def check(self) -> str | None:
        """None when it can be used, else the reason, for operators."""
        ...

    async def close(self) -> None:
        """Lets go of connections."""
        ...


async def side_by_side(*work: Coroutine[Any, Any, None]) -> None:
    """Does all of this, at least one, at the same time. The first failure ends the others, and is raised as it is."""
    # Not a task group: Python 3.11 leaves a task that a group has failed in counted as cancelled.
    tasks = [asyncio.create_task(each) for each in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for each in tasks:
            each.cancel()
        await asyncio.wait(tasks)


class Sent:
    """The bytes of several files on their way, told as one number that never falls."""

    def __init__(self, sizes: Sequence[int], progress: Progress | None) -> None:
        self._sent = [0] * len(sizes)
        self._total = sum(sizes)
        self._told = -1
        self._progress = progress

    def of(self, number: int, count: int) -> None:
        """So many bytes of this file are there."""
        self._sent[number] = max(self._sent[number], count)
        now = sum(self._sent)
        if self._progress is not None and now > self._told:
            self._told = now
            self._progress(now, self._total)
