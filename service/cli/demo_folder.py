"""The folder of one demo, which nothing of anybody's is in: gone with the demo, or at the start of the next one."""

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "headway-demo-"
_LOCK = "demo.lock"


@contextmanager
def own_folder() -> Generator[Path, None, None]:
    """A new temporary folder; those that killed demos of this user left are removed."""
    for left in _left_behind():
        shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    lock = _locked(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _locked(folder: Path) -> int:
    """The folder's lock, which the kernel lets go when this process ends, however it does.

    It gets its name once it is held: a lock by that name that is free had an owner who is gone.
    """
    aside = folder / f"{_LOCK}.new"
    lock = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    aside.rename(folder / _LOCK)
    return lock


def _left_behind() -> Iterator[Path]:
    """This user's folders of demos that run no more. What cannot be told for sure is not among them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            seen = folder.lstat()
            if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.geteuid():
                continue
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield folder
        except OSError:
            continue
        finally:
            os.close(lock)
