"""What admins see and do: everybody's jobs, and the workers."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from service.adapters.commands import Commands, JobGone
from service.adapters.database import Database
from service.adapters.records.workers import workers_value
from service.domain.account import Actor
from service.domain.job import JobState, NotPossible
from service.gateway.answers import json_answer, json_body
from service.gateway.cards import LIST_PARAMETERS, Cards
from service.gateway.models import JobIds, JobsAnswer, JobsDone, WorkersAnswer
from service.gateway.operation import Answer, Operation, Parameter, actor

Command = Callable[[str, Actor], Awaitable[JobState]]


class Admin:
    """The operations under `/api/admin`."""

    def __init__(self, db: Database, commands: Commands, cards: Cards) -> None:
        self._db = db
        self._commands = commands
        self._cards = cards

    def operations(self) -> list[Operation]:
        """For the routes."""
        commands: dict[str, Command] = {"cancel": self._commands.cancel, "retry": self._commands.retry}
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

    def _commanding(self, command: Command) -> Callable[[Request], Awaitable[Response]]:
        async def run(request: Request) -> Response:
            wanted = await json_body(request, JobIds)
            done: list[str] = []
            for job_id in dict.fromkeys(wanted.ids):
                try:
                    await command(job_id, actor(request))
                    done.append(job_id)
                except (NotPossible, JobGone):
                    continue
            return json_answer({"jobs": done}, 202)

        return run
