"""`headway queue pause | resume`."""

import click

from service.cli.api import Api
from service.cli.options import talks_to_server
from service.cli.screen import Screen
from service.cli.workers import clock


@click.group()
def queue() -> None:
    """Pause or resume everybody's jobs. For admins."""


@queue.command()
@click.option("--now", is_flag=True, help="Stop what runs; it is done again later, from where it was.")
@talks_to_server
async def pause(api: Api, screen: Screen, *, now: bool) -> int:
    """Let no worker begin a step, until `headway queue resume`."""
    answer = await api.post("/api/admin/queue/pause", {"stop": now})
    screen.object(answer)
    paused = answer["paused"]
    screen.line(f"The queue is paused, by {paused['by']} since {clock(paused['at'])}.")
    return 0


@queue.command()
@talks_to_server
async def resume(api: Api, screen: Screen) -> int:
    """Let the workers go on."""
    screen.object(await api.post("/api/admin/queue/resume"))
    screen.line("The queue goes on.")
    return 0
