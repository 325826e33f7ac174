"""Commands to all jobs of a list, in the words of the list's own query."""

from starlette.requests import Request
from starlette.responses import Response

from service.adapters.many_jobs import ManyJobs
from service.domain.account import Actor
from service.gateway.answers import json_answer, json_body
from service.gateway.cards import FILTER_PARAMETERS, wanted_jobs
from service.gateway.models import HowToPause, JobsDone, Nothing
from service.gateway.operation import Answer, Operation, Parameter, actor
from service.protocol.topics import Filters


class ListCommands:
    """One's own jobs; for admins, everybody's."""

    def __init__(self, many: ManyJobs, *, everybody: bool = False) -> None:
        self._many = many
        self._everybody = everybody

    def operations(self) -> list[Operation]:
        """For the routes."""
        whose, path = ("everybody's", "/api/admin/jobs") if self._everybody else ("one's own", "/api/jobs")
        says = (
            ("cancel", self.cancel, f"Cancels all of {whose} jobs that match and have not ended.", Nothing),
            ("pause", self.pause, f"Pauses all of {whose} jobs that match and have not ended.", HowToPause),
            ("resume", self.resume, f"Goes on with all of {whose} jobs that match and are paused.", Nothing),
            (
                "retry-failed",
                self.retry_failed,
                f"Retries all of {whose} jobs that match and failed, or lack pages.",
                Nothing,
            ),
        )
        owner = (Parameter("owner", "the id of a user"),) if self._everybody else ()
        return [
            Operation(
                "POST",
                f"{path}/all/{name}",
                command,
                text,
                (Answer(202, JobsDone),),
                parameters=(*FILTER_PARAMETERS, *owner),
                body=body,
                problems=(400, 413, 422),
                for_admins=self._everybody,
            )
            for name, command, text, body in says
        ]

    async def cancel(self, request: Request) -> Response:
        """Ends them."""
        await json_body(request, Nothing)
        filters, text = self._wanted(request)
        return json_answer({"jobs": await self._many.cancel_listed(filters, actor(request), text)}, 202)

    async def pause(self, request: Request) -> Response:
        """Pauses them."""
        how = await json_body(request, HowToPause)
        filters, text = self._wanted(request)
        paused = await self._many.pause_listed(filters, actor(request), text, stop=how.stop)
        return json_answer({"jobs": paused}, 202)

    async def resume(self, request: Request) -> Response:
        """Lets them go on."""
        await json_body(request, Nothing)
        filters, text = self._wanted(request)
        return json_answer({"jobs": await self._many.resume_listed(filters, actor(request), text)}, 202)

    async def retry_failed(self, request: Request) -> Response:
        """Starts new runs of what failed."""
        await json_body(request, Nothing)
        filters, text = self._wanted(request)
        retried = await self._many.retry_failed_listed(filters, actor(request), text)
        return json_answer({"jobs": retried}, 202)

    def _wanted(self, request: Request) -> tuple[Filters, str | None]:
        who: Actor = actor(request)
        query = {name: each for name, each in request.query_params.items() if each}
        return wanted_jobs(query, None if self._everybody else who.user_id)
