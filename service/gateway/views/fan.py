"""Passing one job's patches on: who has read all so far gets the next frame without looking at each reader's place."""

from collections.abc import Iterator

from service.gateway.counts import COUNTS
from service.gateway.outbox import JobOutbox, Put
from service.protocol.patch import Patch
from service.protocol.written import Written


class Fan:
    """The readers of one job. Those in step are at one common place and nothing waits for them; the others wait in
    their outboxes, and fall into step once they have been written a patch at once."""

    def __init__(self) -> None:
        self._at: tuple[str, int] | None = None
        self._in_step: dict[JobOutbox, Put] = {}
        self._others: dict[JobOutbox, None] = {}

    def __bool__(self) -> bool:
        return bool(self._in_step or self._others)

    @property
    def in_step(self) -> int:
        """How many readers got the last patch at once."""
        return len(self._in_step)

    def __iter__(self) -> Iterator[JobOutbox]:
        """All readers, each at its own place: whatever is done to their outboxes now, nobody is in step any more."""
        self._fall_out(list(self._in_step))
        return iter(list(self._others))

    def join(self, outbox: JobOutbox) -> None:
        """One more, whose outbox has begun or gone on."""
        self._others[outbox] = None

    def leave(self, outbox: JobOutbox) -> None:
        """One less."""
        self._in_step.pop(outbox, None)
        self._others.pop(outbox, None)

    def pass_on(self, patch: Patch, frame: Written) -> list[JobOutbox]:
        """Gives the patch to all; those whom it does not follow are answered, and must begin again."""
        others = list(self._others)
        if self._at is None or self._at[0] != patch.epoch or patch.first > self._at[1] + 1:
            others += self._fall_out(list(self._in_step))
            self._at = (patch.epoch, patch.last)
        elif patch.last > self._at[1]:
            # Only what writes is touched here: hundreds of readers do not fit into a cache.
            taken = [put(frame) for put in self._in_step.values()]
            if not all(taken):
                late = [outbox for outbox, was in zip(self._in_step, taken, strict=True) if not was]
                others += self._fall_out(late)
            self._at = (patch.epoch, patch.last)
            COUNTS.deliveries += len(self._in_step)
        return [outbox for outbox in others if not self._offered(outbox, patch, frame)]

    def _offered(self, outbox: JobOutbox, patch: Patch, frame: Written) -> bool:
        if not outbox.offer(patch, frame):
            return False
        if not outbox.waits and outbox.position == self._at:
            del self._others[outbox]
            self._in_step[outbox] = outbox.reader.put
        return True

    def _fall_out(self, outboxes: list[JobOutbox]) -> list[JobOutbox]:
        for outbox in outboxes:
            outbox.position = self._at
            del self._in_step[outbox]
            self._others[outbox] = None
        return outboxes
