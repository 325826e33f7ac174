"""A disk that forgets, at a power cut, what was not synced: bytes of files, and names in folders.

It passes every call on to a real folder, so that what runs upon it reads as usual, and keeps its own account of what
is on the disk and what is only in memory. After the cut, `survivors` says what a given disk would still have.
"""

import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from service.adapters.files import Files, LocalFiles


class PowerCut(Exception):
    """Nothing happens after it."""


@dataclass
class _Node:
    """A file, whatever its names are."""

    written: bytearray = field(default_factory=bytearray)
    synced: int = 0


_FOLDER = _Node()
Choice = Callable[[], bool]
"""Whether something that was never synced is on the disk all the same: disks write when they please."""


class ForgetfulDisk(Files):
    """Files below a root, which itself is there for good.

    Of the calls that change something the one numbered `cut_at`, and all after it, do not happen any more: they
    raise PowerCut. `omitted` are calls that the program is taken not to make, by kind and path.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._real = LocalFiles()
        self._lock = threading.Lock()
        self._open: dict[int, tuple[Path, _Node]] = {}
        self._names: dict[Path, _Node] = {}
        self._on_disk: dict[Path, _Node] = {}
        self.calls: list[tuple[str, Path]] = []
        self.cut_at: int | None = None
        self.omitted: Callable[[str, Path], bool] = lambda _kind, _path: False
        self.before: Callable[[str, Path], None] = lambda _kind, _path: None

    def begin(self, cut_at: int | None = None) -> None:
        """The power is on, all that is there is on the disk, and calls are counted from 0."""
        with self._lock:
            for node in self._names.values():
                node.synced = len(node.written)
            self._on_disk = dict(self._names)
            self.calls.clear()
            self.cut_at = cut_at

    def create(self, path: Path) -> int:
        node = _Node()
        if self._happens("create", path):
            self._names[path] = node
        descriptor = self._real.create(path)
        self._open[descriptor] = path, node
        return descriptor

    def write(self, descriptor: int, chunks: list[bytes]) -> int:
        path, node = self._open[descriptor]
        if self._happens("write", path):
            node.written += b"".join(chunks)
        return self._real.write(descriptor, chunks)

    def sync(self, descriptor: int) -> None:
        path, node = self._open[descriptor]
        if self._happens("sync", path):
            node.synced = len(node.written)

    def close(self, descriptor: int) -> None:
        del self._open[descriptor]
        self._real.close(descriptor)

    def make_folder(self, path: Path) -> None:
        if self._happens("make_folder", path):
            self._names.setdefault(path, _FOLDER)
        self._real.make_folder(path)

    def rename(self, path: Path, target: Path) -> None:
        if self._happens("rename", target):
            self._names[target] = self._names.pop(path)
        self._real.rename(path, target)

    def sync_folder(self, folder: Path) -> None:
        if folder != self._root and self._root not in folder.parents:
            return
        if self._happens("sync_folder", folder):
            for path in [*self._names, *self._on_disk]:
                if path.parent != folder:
                    continue
                if path in self._names:
                    self._on_disk[path] = self._names[path]
                else:
                    self._on_disk.pop(path, None)

    def remove(self, path: Path) -> None:
        if self._happens("remove", path):
            self._names.pop(path, None)
        self._real.remove(path)

    def survivors(self, *, name_survives: Choice, bytes_survive: Choice) -> dict[Path, bytes]:
        """The files of a disk after the cut, by path: what was synced, and of the rest what the choices say."""
        there: dict[Path, _Node] = {}
        for path in {*self._names, *self._on_disk}:
            memory, disk = self._names.get(path), self._on_disk.get(path)
            chosen = memory if memory is disk or name_survives() else disk
            if chosen is not None:
                there[path] = chosen
        return {
            path: bytes(node.written if bytes_survive() else node.written[: node.synced])
            for path, node in there.items()
            if node is not _FOLDER and self._reached(path, there)
        }

    def _reached(self, path: Path, there: dict[Path, _Node]) -> bool:
        folders = path.parents
        return all(each in there for each in folders if self._root in each.parents and each != self._root)

    def _happens(self, kind: str, path: Path) -> bool:
        self.before(kind, path)
        with self._lock:
            if self.cut_at is not None and len(self.calls) >= self.cut_at:
                raise PowerCut(f"before {kind} {path}")
            self.calls.append((kind, path))
            return not self.omitted(kind, path)


def disks(disk: ForgetfulDisk, seeds: int = 10) -> Iterator[tuple[str, dict[Path, bytes]]]:
    """What different disks have left: one that forgets all it may, those that keep half of it, and some by chance."""

    def always() -> bool:
        return True

    def never() -> bool:
        return False

    yield "forgets all", disk.survivors(name_survives=never, bytes_survive=never)
    yield "keeps names", disk.survivors(name_survives=always, bytes_survive=never)
    yield "keeps bytes", disk.survivors(name_survives=never, bytes_survive=always)
    for seed in range(seeds):
        chance = random.Random(seed)

        def toss(chance: random.Random = chance) -> bool:
            return chance.random() < 0.5

        yield f"by chance {seed}", disk.survivors(name_survives=toss, bytes_survive=toss)
