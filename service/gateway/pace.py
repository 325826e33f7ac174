"""At most so many patches a second for a job, merged in between; what a person waits for goes at once."""

from dataclasses import dataclass

from service.protocol.patch import Patch, merge

AT_ONCE = frozenset({"state", "question", "error", "outcome"})
"""Fields that do not wait for their turn: endings, questions, failures."""


@dataclass
class _Turn:
    next_at: float
    waiting: Patch | None = None


class Pace:
    """Holds patches back by job. All readers of a topic share it, so what leaves is built once for all of them."""

    def __init__(self, a_second: float = 10.0) -> None:
        self._gap = 1.0 / a_second
        self._turns: dict[str, _Turn] = {}

    def offer(self, patch: Patch, now: float, *, worth_showing: bool = True) -> Patch | None:
        """The patch to pass on now, merged with what waited, or None while it waits.

        A patch that shows nothing waits for the next one, so that the seqs of those that leave have no hole.
        """
        turn = self._turns.get(patch.job_id)
        if turn is None:
            turn = self._turns[patch.job_id] = _Turn(next_at=0.0)
        whole = patch if turn.waiting is None else merge(turn.waiting, patch)
        if worth_showing and (now >= turn.next_at or not AT_ONCE.isdisjoint(patch.set)):
            turn.next_at, turn.waiting = now + self._gap, None
            return whole
        turn.waiting = whole
        return None

    def due(self, now: float) -> list[Patch]:
        """The patches whose turn has come."""
        patches: list[Patch] = []
        for turn in self._turns.values():
            if turn.waiting is not None and turn.waiting.set and now >= turn.next_at:
                patches.append(turn.waiting)
                turn.next_at, turn.waiting = now + self._gap, None
        return patches

    def next_at(self) -> float | None:
        """When `due` will have something; None while nothing waits."""
        return min(
            (turn.next_at for turn in self._turns.values() if turn.waiting and turn.waiting.set), default=None
        )

    def forget(self, job_id: str) -> None:
        """Drops what waits for a job: a snapshot or a card has told it, or nobody is to see it."""
        self._turns.pop(job_id, None)
