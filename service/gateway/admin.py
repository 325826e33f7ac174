"""What admins see and do: everybody's jobs, and the workers."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from service.adapters.database import Database
from service.adapters.many_jobs import ManyJobs
from service.adapters.records.queue_state import QueuePause
from service.adapters.records.workers import workers_value
from service.adapters.whole_queue import WholeQueue
from service.domain.account import Actor
from service.gateway.answers import json_answer, json_body
from service.gateway.cards import LIST_PARAMETERS, Cards
from service.gateway.list_commands import ListCommands
from service.gateway.models import (
    HowToPause,
    JobIds,
    JobsAnswer,
    JobsDone,
    Nothing,
    QueueAnswer,
    WorkersAnswer,
)
from service.gateway.operation import Answer, Operation, Parameter, actor

Command = Callable[[list[str], Actor], Awaitable[list[str]]]


class Admin:
    """The operations under `/api/admin`."""

    def __init__(self, db: Database, many: ManyJobs, whole_queue: WholeQueue, cards: Cards) -> None:
        self._db = db
        self._many = many
        self._queue = whole_queue
        self._cards = cards

    def operations(self) -> list[Operation]:
        """For the routes."""
        commands: dict[str, Command] = {"cancel": self._many.cancel, "retry": self._many.retry}
        return [
            Operation(
                "GET",
                "/api/admin/jobs",
                self.jobs,
                "Everybody's jobs, newest first.",
                (Answer(200, JobsAnswer),),
                parameters=(*LIST_PARAMETERS, Parameter("owner", "the id of a user")),
                problems=(422,),
                for_admins=True,
            ),
            Operation(
                "GET",
                "/api/admin/workers",
                self.workers,
                "The workers, the queue and the engines.",
                (Answer(200, WorkersAnswer),),
                for_admins=True,
            ),
            Operation(
                "POST",
                "/api/admin/queue/pause",
                self.pause,
                "Nothing is claimed any more; what runs is let end, or stopped and handed back.",
                (Answer(202, QueueAnswer),),
                body=HowToPause,
                problems=(400, 413, 422),
                for_admins=True,
            ),
            Operation(
                "POST",
                "/api/admin/queue/resume",
                self.resume,
                "What waits is claimed again.",
                (Answer(202, QueueAnswer),),
                body=Nothing,
                problems=(400, 413, 422),
                for_admins=True,
            ),
            *ListCommands(self._many, everybody=True).operations(),
            *(
                Operation(
                    "POST",
                    f"/api/admin/jobs/{name}",
                    self._commanding(command),
                    f"Does `{name}` to many jobs; those that it is not possible for are left out of the answer.",
                    (Answer(202, JobsDone),),
                    body=JobIds,
                    problems=(400, 413, 422),
                    for_admins=True,
                )
                for name, command in commands.items()
            ),
        ]

    async def jobs(self, request: Request) -> Response:
        """A page of cards."""
        return json_answer(await self._cards.page(request, None))

    async def workers(self, _request: Request) -> Response:
        """As the topic `admin:workers` has it."""
        async with self._db.reading() as session:
            return json_answer(await workers_value(session))

    async def pause(self, request: Request) -> Response:
        """Pauses the whole queue."""
        how = await json_body(request, HowToPause)
        return _queue(await self._queue.pause(actor(request), stop=how.stop))

    async def resume(self, request: Request) -> Response:
        """Resumes the whole queue."""
        await json_body(request, Nothing)
        await self._queue.resume()
        return _queue(None)

    def _commanding(self, command: Command) -> Callable[[Request], Awaitable[Response]]:
        async def run(request: Request) -> Response:
            wanted = await json_body(request, JobIds)
            done = await command(list(dict.fromkeys(wanted.ids)), actor(request))
            return json_answer({"jobs": done}, 202)

        return run


def _queue(paused: QueuePause | None) -> Response:
    return json_answer({"paused": paused.json() if paused else None}, 202)
