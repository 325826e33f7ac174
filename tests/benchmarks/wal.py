"""How often a SQLite database was committed to, by whichever processes: counted in its write-ahead log."""

import sqlite3
import struct
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_HEADER, _FRAME_HEADER = 32, 24
_PAGE_SIZE_AT, _SALTS_AT = 8, 16


@dataclass
class Commits:
    """Counted when the block has ended."""

    count: int = 0


@contextmanager
def commits(database: Path) -> Generator[Commits]:
    """Counts the commits inside the block. A reader that stays holds the log together, so that it only grows."""
    counted = Commits()
    log = database.with_name(f"{database.name}-wal")
    reader = sqlite3.connect(database, isolation_level=None)
    try:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        salts, before = _committed(log)
        yield counted
        salts_after, after = _committed(log)
        counted.count = after - before if salts_after == salts else after
    finally:
        reader.close()


def _committed(log: Path) -> tuple[bytes, int]:
    """The salts of the log, and how many of the frames that carry them end a transaction."""
    if not log.exists() or log.stat().st_size < _HEADER:
        return b"", 0
    count = 0
    with log.open("rb") as file:
        header = file.read(_HEADER)
        (page_size,) = struct.unpack_from(">I", header, _PAGE_SIZE_AT)
        salts = header[_SALTS_AT : _SALTS_AT + 8]
        while len(frame := file.read(_FRAME_HEADER)) == _FRAME_HEADER and frame[8:16] == salts:
            count += struct.unpack_from(">I", frame, 4)[0] > 0
            file.seek(page_size, 1)
    return salts, count
