"""The short way to a reader for whom nothing waits: past its outboxes, and for many at once past their transports."""

from typing import Protocol

from service.protocol.written import Written


class Company(Protocol):
    """Who writes the same to many lines, each by its descriptor."""

    def fall_out(self, descriptor: int) -> None:
        """From now on nothing must be written to that line by its descriptor."""
        ...


class ShortWay(Protocol):
    """A line as those see it who have something that need not wait."""

    def put(self, frame: Written) -> bool:
        """Writes a frame at once, where nothing waits before it; False, and nothing done: it must wait."""
        ...

    def join(self, company: Company) -> int | None:
        """The line's descriptor, to which the company may write whole frames until it falls out or leaves.

        None while something waits, and for a line that has none. The line lets a company fall out as soon as something
        else must go first, and before its descriptor is closed.
        """
        ...

    def leave(self, company: Company) -> None:
        """The company will not write any more. Only for one that has joined and not fallen out."""
        ...

    def overflow(self, rest: bytes) -> None:
        """Takes what the kernel did not take of a frame that a company wrote."""
        ...


class _NoWay:
    """Everything must wait."""

    def put(self, frame: Written) -> bool:
        """Never."""
        del frame
        return False

    def join(self, company: Company) -> int | None:
        """Never."""
        del company
        return None

    def leave(self, company: Company) -> None:
        """Nobody has joined."""

    def overflow(self, rest: bytes) -> None:
        """Nobody has written."""


NO_WAY: ShortWay = _NoWay()
