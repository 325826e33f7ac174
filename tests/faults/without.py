"""`python -m tests.faults.without PROTECTION`: a gateway with one of its protections taken out, for the storm to find.

What is taken out here is named in the gateway's own words, so that a protection that was renamed or moved is missed
loudly and not silently left on.
"""

import sys
from typing import Any

import service.gateway.outbox
import service.gateway.views.batch
import service.gateway.views.job
import service.gateway.views.jobs
from service.adapters.event_log import EventLog
from service.adapters.event_message import paired, read_message
from service.adapters.keys import job_keys
from service.gateway.__main__ import main
from service.gateway.outbox import JobOutbox
from service.gateway.views.batch import BatchView
from service.gateway.views.job import JobView
from service.gateway.views.jobs import JobsView
from service.protocol.patch import Patch
from service.protocol.written import Written


def history() -> None:
    """What the log still has of a history passes for all of it, whichever log it is of."""

    async def since(self: EventLog, job_id: str, epoch: str, seq: int) -> list[Patch] | None:
        told = await self._link.together(  # pyright: ignore[reportPrivateUsage] - in its place
            [("XRANGE", job_keys(job_id).stream, f"{seq + 1}-0", "+")]
        )
        return [read_message(paired(pair)[b"p"]).patch for _, pair in told.replies[0]]

    _replace(EventLog, "since", since)


def generation() -> None:
    """A new link to Redis is taken for the old one: nobody asks what was missed in between."""

    async def nothing_missed(_view: Any) -> None:
        pass

    for view in (JobView, JobsView, BatchView):
        _replace(view, "renewed", nothing_missed)


def seq() -> None:
    """Whatever patch comes is applied and passed on, whichever place it was made for."""
    for module in (service.gateway.views.job, service.gateway.views.jobs, service.gateway.views.batch):
        _replace(module, "fits", lambda _snapshot, _patch: True)
    _replace(service.gateway.outbox, "_follows", lambda _patch, _epoch, _seq: True)
    checked = JobOutbox.offer

    def offer(self: JobOutbox, patch: Patch, frame: Written) -> bool:
        self.position = (patch.epoch, patch.first - 1)
        return checked(self, patch, frame)

    _replace(JobOutbox, "offer", offer)


PROTECTIONS = {each.__name__: each for each in (history, generation, seq)}


def _replace(owner: Any, name: str, new: Any) -> None:
    if not hasattr(owner, name):
        raise AttributeError(f"{owner} has no {name} to take out")
    setattr(owner, name, new)


if __name__ == "__main__":
    PROTECTIONS[sys.argv[1]]()
    sys.exit(main())
