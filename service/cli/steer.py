"""`headway start | cancel | retry | pause | resume | priority`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import click

from service.cli.api import Api
from service.cli.failing import EXIT_INCOMPLETE, CommandFailed, tell
from service.cli.options import talks_to_server
from service.cli.screen import Screen
from service.domain.job import PRIORITIES
from service.domain.json import JsonObject

_OF_BATCHES = {"cancel": "cancel", "retry": "retry-failed", "pause": "pause", "resume": "resume"}
_OF_ALL = {"cancel": "--all", "pause": "--all", "resume": "--all", "retry": "--failed"}
_IDS = click.argument("ids", nargs=-1, metavar="ID...")
_ALL = click.option("--all", "everything", is_flag=True, help="All of yours, instead of some by their ids.")
_FAILED = click.option(
    "--failed",
    "everything",
    is_flag=True,
    help="All of yours that failed, and failed pages, instead of some.",
)
_NOW = click.option("--now", is_flag=True, help="Stop what runs; it is done again later, from where it was.")


@dataclass(frozen=True)
class _Order:
    name: str
    body: JsonObject = field(default_factory=dict[str, Any])


def _steering(name: str, summary: str) -> Callable[..., None]:
    async def steer(
        api: Api, screen: Screen, ids: tuple[str, ...], *, everything: bool = False, now: bool = False
    ) -> int:
        return await _all_or_each(
            api, screen, _Order(name, {"stop": True} if now else {}), ids, everything=everything
        )

    steer.__name__ = name
    steer.__doc__ = summary
    command = talks_to_server(steer)
    if name in _OF_ALL:
        command = (_FAILED if name == "retry" else _ALL)(command)
    return _IDS(_NOW(command) if name == "pause" else command)


async def _all_or_each(
    api: Api, screen: Screen, order: _Order, ids: tuple[str, ...], *, everything: bool
) -> int:
    if everything == bool(ids):
        raise click.UsageError(
            "Name jobs by their ids"
            + (f", or all of yours by {_OF_ALL[order.name]}." if order.name in _OF_ALL else ".")
        )
    if everything:
        answer = await api.post(f"/api/jobs/all/{_OF_BATCHES[order.name]}", order.body)
        screen.object(answer)
        screen.line(f"{len(answer['jobs'])} jobs")
        return 0
    code = 0
    for each in ids:
        code = max(code, await _one(api, screen, order, each))
    return code


async def _one(api: Api, screen: Screen, order: _Order, given: str) -> int:
    """Does it to the job, or to the batch with this id; the exit code."""
    try:
        answer = await _ask(api, order, given)
    except CommandFailed as failed:
        screen.object({"id": given, "error": failed.what})
        if not screen.as_json:
            tell(failed)
        return failed.exit_code
    screen.object({"id": given, **answer})
    screen.line(_told(given, answer))
    # Repeating a command is safe, so the server says only where the job stands: it may have ended otherwise.
    wrong = order.name != "cancel" and answer.get("state") in ("failed", "cancelled")
    return EXIT_INCOMPLETE if wrong else 0


async def _ask(api: Api, order: _Order, given: str) -> JsonObject:
    if order.name in _OF_BATCHES and await api.find(f"/api/jobs/{given}") is None:
        return await api.post(f"/api/batches/{given}/{_OF_BATCHES[order.name]}", order.body)
    return await api.post(f"/api/jobs/{given}/{order.name}", order.body)


def _told(given: str, answer: JsonObject) -> str:
    changed = answer.get("jobs")
    return (
        f"{answer.get('job_id', given)}  {answer['state']}"
        if changed is None
        else f"{given}  {len(changed)} jobs"
    )


start = click.command("start")(_steering("start", "Start staged jobs."))
cancel = click.command("cancel")(_steering("cancel", "Cancel jobs, or all of a batch."))
retry = click.command("retry")(_steering("retry", "Run ended jobs again, or all that failed of a batch."))
pause = click.command("pause")(_steering("pause", "Pause jobs, or all of a batch."))
resume = click.command("resume")(_steering("resume", "Let paused jobs go on, or all of a batch."))


@click.command()
@click.argument("wanted", metavar="PRIORITY", type=click.Choice(list(PRIORITIES)))
@_IDS
@talks_to_server
async def priority(api: Api, screen: Screen, wanted: str, ids: tuple[str, ...]) -> int:
    """Make jobs that wait more or less urgent: high (for admins), normal or low."""
    return await _all_or_each(api, screen, _Order("priority", {"priority": wanted}), ids, everything=False)
