"""What the views read when they do not know better; the adapters fit it."""

from typing import Protocol

from service.adapters.event_message import LiveCard
from service.protocol.patch import Patch
from service.protocol.snapshot import Snapshot


class Snapshots(Protocol):
    """The echo: snapshots from wherever they are."""

    async def snapshot(self, job_id: str) -> Snapshot | None:
        """The job at some (epoch, seq); None when there is no such job."""
        ...


class History(Protocol):
    """The event log."""

    async def since(self, job_id: str, epoch: str, seq: int) -> list[Patch] | None:
        """All patches after seq, in order; None when not all of them are there."""
        ...

    async def cards(self, job_ids: list[str]) -> dict[str, LiveCard]:
        """The cards that the log has, by job."""
        ...
