"""The file system as a new blob meets it: the calls whose order decides what a power cut leaves behind."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol


class Files(Protocol):
    """What may be lost by a power cut: bytes written and not synced, names made or moved in a folder not synced."""

    def create(self, path: Path) -> int:
        """A new file, open for writing; raises FileExistsError."""
        ...

    def write(self, descriptor: int, chunks: list[bytes]) -> int:
        """Writes all of it, however much the kernel takes at a time; returns how many bytes."""
        ...

    def sync(self, descriptor: int) -> None:
        """The file's bytes survive a power cut once this returns."""
        ...

    def close(self, descriptor: int) -> None:
        """No more is written."""
        ...

    def make_folder(self, path: Path) -> None:
        """Makes a folder; one that is there is no error."""
        ...

    def rename(self, path: Path, target: Path) -> None:
        """Gives the file another name, in one go; a file that had it is gone."""
        ...

    def sync_folder(self, folder: Path) -> None:
        """The names in the folder survive a power cut once this returns."""
        ...

    def remove(self, path: Path) -> None:
        """Removes a name; a missing one is no error."""
        ...


class LocalFiles:
    """The operating system's."""

    def create(self, path: Path) -> int:
        """A new file, open for writing; raises FileExistsError."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)

    def write(self, descriptor: int, chunks: list[bytes]) -> int:
        """Writes all of it, however much the kernel takes at a time; returns how many bytes."""
        whole = sum(map(len, chunks))
        done = os.writev(descriptor, chunks)
        if done < whole:
            rest = memoryview(b"".join(chunks))[done:]
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        return whole

    def sync(self, descriptor: int) -> None:
        """The file's bytes survive a power cut once this returns."""
        os.fsync(descriptor)

    def close(self, descriptor: int) -> None:
        """No more is written."""
        os.close(descriptor)

    def make_folder(self, path: Path) -> None:
        """Makes a folder; one that is there is no error."""
        with suppress(FileExistsError):
            path.mkdir(mode=0o700)

    def rename(self, path: Path, target: Path) -> None:
        """Gives the file another name, in one go; a file that had it is gone."""
        path.replace(target)

    def sync_folder(self, folder: Path) -> None:
        """The names in the folder survive a power cut once this returns."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def remove(self, path: Path) -> None:
        """Removes a name; a missing one is no error."""
        path.unlink(missing_ok=True)
