"""Passing one job's patches on: those who have read all so far get the next frame in one loop of bare writes."""

import os
from collections.abc import Callable, Iterator

from service.gateway.counts import COUNTS
from service.gateway.outbox import JobOutbox
from service.gateway.short_way import ShortWay
from service.protocol.patch import Patch
from service.protocol.written import Written


class Fan:
    """The readers of one job. Those in step are at one common place and nothing waits for them; the others wait in
    their outboxes, and fall into step once they have been written a patch at once.

    `write(descriptor, data)` is as os.write: how many bytes it took, or an OSError.
    """

    def __init__(self, write: Callable[[int, bytes], int] = os.write) -> None:
        self._write = write
        self._at: tuple[str, int] | None = None
        self._in_step: dict[int, JobOutbox] = {}
        self._lines: dict[JobOutbox, tuple[int, ShortWay]] = {}
        self._others: dict[JobOutbox, None] = {}

    def __bool__(self) -> bool:
        return bool(self._in_step or self._others)

    @property
    def in_step(self) -> int:
        """How many readers got the last patch at once."""
        return len(self._in_step)

    def __iter__(self) -> Iterator[JobOutbox]:
        """All readers, each at its own place: whatever is done to their outboxes now, nobody is in step any more."""
        self._all_fall_out()
        return iter(list(self._others))

    def join(self, outbox: JobOutbox) -> None:
        """One more, whose outbox has begun or gone on."""
        self._others[outbox] = None

    def leave(self, outbox: JobOutbox) -> None:
        """One less."""
        if outbox in self._lines:
            self._let_out(outbox)
        self._others.pop(outbox, None)

    def fall_out(self, descriptor: int) -> None:
        """Something else must go first on this line, or it has ended."""
        outbox = self._in_step.pop(descriptor)
        del self._lines[outbox]
        outbox.position = self._at
        self._others[outbox] = None

    def pass_on(self, patch: Patch, frame: Written) -> list[JobOutbox]:
        """Gives the patch to all; those whom it does not follow are answered, and must begin again."""
        others = list(self._others)
        if self._at is None or self._at[0] != patch.epoch or patch.first > self._at[1] + 1:
            others += self._all_fall_out()
            self._at = (patch.epoch, patch.last)
        elif patch.last > self._at[1]:
            self._at = (patch.epoch, patch.last)
            self._write_to_all(frame.frame)
        return [outbox for outbox in others if not self._offered(outbox, patch, frame)]

    def _write_to_all(self, data: bytes) -> None:
        """Past every object of theirs: those of hundreds of readers do not fit into a cache."""
        write, size = self._write, len(data)
        short: list[tuple[int, int]] = []
        for descriptor in self._in_step:
            try:
                taken = write(descriptor, data)
            except OSError:
                # A full buffer, or a connection that broke: the line finds out which.
                taken = 0
            if taken != size:
                short.append((descriptor, taken))
        COUNTS.deliveries += len(self._in_step)
        for way, taken in [(self._lines[self._in_step[number]][1], taken) for number, taken in short]:
            way.overflow(data[taken:])

    def _offered(self, outbox: JobOutbox, patch: Patch, frame: Written) -> bool:
        if not outbox.offer(patch, frame):
            return False
        if not outbox.waits and outbox.position == self._at:
            way = outbox.reader.way
            descriptor = way.join(self)
            if descriptor is not None:
                del self._others[outbox]
                self._in_step[descriptor] = outbox
                self._lines[outbox] = (descriptor, way)
        return True

    def _all_fall_out(self) -> list[JobOutbox]:
        outboxes = list(self._lines)
        for outbox in outboxes:
            self._let_out(outbox)
        return outboxes

    def _let_out(self, outbox: JobOutbox) -> None:
        descriptor, way = self._lines[outbox]
        way.leave(self)
        self.fall_out(descriptor)
