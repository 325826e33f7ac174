"""Following jobs to their ends, by the socket."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager

from service.cli.failing import EXIT_INCOMPLETE
from service.cli.server import Server
from service.cli.states import ENDED
from service.cli.views import JobsView
from service.client import Client
from service.domain.json import JsonObject


async def follow(server: Server, job_ids: Iterable[str], view: JobsView) -> dict[str, JsonObject]:
    """Shows the jobs until all have ended; their last values by id, in the order given."""
    ids = list(dict.fromkeys(job_ids))
    last: dict[str, JsonObject] = {}
    async with _connected(server) as client, asyncio.TaskGroup() as group:
        for job_id in ids:
            group.create_task(_follow_one(client, job_id, view, last))
    return {job_id: last[job_id] for job_id in ids}


async def _follow_one(client: Client, job_id: str, view: JobsView, last: dict[str, JsonObject]) -> None:
    async for snapshot in client.watch(job_id):
        last[job_id] = snapshot.value
        view.show(snapshot.value)
        if snapshot.value["state"] in ENDED:
            return


@asynccontextmanager
async def _connected(server: Server) -> AsyncGenerator[Client, None]:
    async with Client(server.url, server.token) as client:
        yield client


def exit_code_of(values: Iterable[JsonObject]) -> int:
    """0 when all of them completed."""
    return 0 if all(value["state"] == "completed" for value in values) else EXIT_INCOMPLETE
