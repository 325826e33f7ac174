"""Following jobs to their ends, by the socket."""

import asyncio
from collections.abc import Iterable

from service.cli.api import failure_of, unreachable
from service.cli.failing import EXIT_INCOMPLETE, EXIT_NOT_ALLOWED, CommandFailed
from service.cli.server import Server
from service.cli.views import JobsView
from service.client import Client, HeadwayError, Refused, SignInNeeded
from service.domain.json import JsonObject

AT_ONCE = 16
"""Each job that is followed holds a socket; of more jobs the next ones are followed as the first ones end."""

_GIVE_UP_SECONDS = 60.0


async def follow(server: Server, job_ids: Iterable[str], view: JobsView) -> dict[str, JsonObject]:
    """Shows the jobs until all have ended; their last values by id, in the order given. Raises CommandFailed."""
    ids = list(dict.fromkeys(job_ids))
    last: dict[str, JsonObject] = {}
    client = Client(server.url, server.token, give_up_seconds=_GIVE_UP_SECONDS)
    free = asyncio.Semaphore(AT_ONCE)

    async def follow_one(job_id: str) -> None:
        async with free:
            async for snapshot in client.watch(job_id):
                last[job_id] = snapshot.value
                view.show(snapshot.value)

    try:
        async with asyncio.TaskGroup() as group:
            for job_id in ids:
                group.create_task(follow_one(job_id))
    except* HeadwayError as lost:
        raise _failure(server, lost.exceptions[0]) from lost
    return {job_id: last[job_id] for job_id in ids}


def exit_code_of(values: Iterable[JsonObject]) -> int:
    """0 when all of them completed."""
    return 0 if all(value["state"] == "completed" for value in values) else EXIT_INCOMPLETE


def _failure(server: Server, lost: BaseException) -> CommandFailed:
    if isinstance(lost, SignInNeeded):
        return CommandFailed(str(lost), "Check the token (HEADWAY_TOKEN).", exit_code=EXIT_NOT_ALLOWED)
    if isinstance(lost, Refused):
        return failure_of(lost.status, lost.problem)
    return unreachable(server.url, str(lost))
