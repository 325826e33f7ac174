"""A line without any connection, whose kernel takes as many bytes as it is told, and a reader at its end."""

import itertools
import math
from typing import Any

import orjson

from service.gateway.short_way import Company
from service.protocol.written import Written
from tests.support.reader import Reader

_LENGTH_BYTES = {126: 2, 127: 8}


class MemoryLine:
    """`room` is what the kernel takes until the reader has read; what it does not take is kept, and goes first.
    `is_wrapped`: as by TLS, so that nobody may write to its descriptor."""

    def __init__(self, kernel: "Kernel", reader: Reader) -> None:
        self.room: float = math.inf
        self.is_held = True
        self.is_wrapped = False
        self.descriptor = kernel.add(self)
        self.companies: list[Company] = []
        self._kernel = kernel
        self._reader = reader
        self._taken = self._kept = b""

    @property
    def is_busy(self) -> bool:
        return self.is_held or bool(self._kept)

    def put(self, frame: Written) -> bool:
        if self.is_busy:
            return False
        self.overflow(frame.frame)
        return True

    def join(self, company: Company) -> int | None:
        if self.is_busy or self.is_wrapped:
            return None
        self.companies.append(company)
        return self.descriptor

    def leave(self, company: Company) -> None:
        self.companies.remove(company)

    def overflow(self, rest: bytes) -> None:
        taken = self.take(rest)
        if taken < len(rest):
            self._kept = rest[taken:]
            self._let_fall_out()

    def hold(self) -> None:
        self.is_held = True
        self._let_fall_out()

    def read_kept(self) -> None:
        """The reader reads all that is on its way."""
        self._arrive(self._kept)
        self._kept = b""

    def take(self, data: bytes) -> int:
        """As much as there is room for."""
        assert not self._kept, "what was kept goes first"
        taken = int(min(self.room, len(data)))
        self.room -= taken
        self._arrive(data[:taken])
        return taken

    def end(self) -> None:
        """The connection is gone, with what was kept."""
        self.hold()
        self._kernel.remove(self)

    def _let_fall_out(self) -> None:
        for company in self.companies:
            company.fall_out(self.descriptor)
        self.companies = []

    def _arrive(self, data: bytes) -> None:
        self._taken += data
        while (end := _end_of_frame(self._taken)) is not None:
            start, end = end
            told: dict[str, Any] = orjson.loads(self._taken[start:end])
            self._taken = self._taken[end:]
            self._reader.take(told)


class Kernel:
    """Whose descriptor is whose. Those of lines that have ended are given to new ones at once."""

    def __init__(self) -> None:
        self._lines: dict[int, MemoryLine] = {}

    def add(self, line: MemoryLine) -> int:
        """The lowest that is free."""
        number = next(each for each in itertools.count(3) if each not in self._lines)
        self._lines[number] = line
        return number

    def remove(self, line: MemoryLine) -> None:
        """It is closed."""
        del self._lines[line.descriptor]

    def write(self, descriptor: int, data: bytes) -> int:
        """As os.write; only a company may do so, and only while it has not fallen out."""
        line = self._lines[descriptor]
        assert line.companies and not line.is_busy, "nobody may write past what waits"
        taken = line.take(data)
        if not taken:
            raise BlockingIOError
        return taken


def _end_of_frame(data: bytes) -> tuple[int, int] | None:
    if len(data) < 2:
        return None
    more = _LENGTH_BYTES.get(data[1], 0)
    if len(data) < 2 + more:
        return None
    size = int.from_bytes(data[2 : 2 + more], "big") if more else data[1]
    return (2 + more, 2 + more + size) if len(data) >= 2 + more + size else None
