"""`headway watch`."""

import click

from service.cli.api import Api
from service.cli.failing import EXIT_INCOMPLETE, CommandFailed
from service.cli.following import exit_code_of, follow
from service.cli.options import talks_to_server
from service.cli.screen import Screen
from service.cli.states import tell_places
from service.cli.views import view_for
from service.domain.json import JsonObject


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="JOB|BATCH...")
@talks_to_server
async def watch(api: Api, screen: Screen, ids: tuple[str, ...]) -> int:
    """Follow a job or a batch until it ends."""
    jobs = [job for given in ids for job in await jobs_of(api, given)]
    with view_for(screen) as view:
        ended = await follow(api.server, jobs, view)
    tell_places(screen, ended.values())
    return exit_code_of(ended.values())


async def jobs_of(api: Api, given: str) -> list[str]:
    """The job with this id, else the jobs of the batch with it. Raises CommandFailed when it is neither."""
    if await api.find(f"/api/jobs/{given}") is not None:
        return [given]
    batch = await api.find(f"/api/batches/{given}")
    if batch is None:
        raise CommandFailed(
            f"There is no job and no batch {given}, or it is not yours.",
            "`headway jobs` lists yours.",
            exit_code=EXIT_INCOMPLETE,
        )
    return _jobs_in(batch)


def _jobs_in(batch: JsonObject) -> list[str]:
    return list(batch["jobs"])
