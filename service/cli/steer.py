"""`headway start | cancel | retry | pause | resume`."""

from collections.abc import Callable

import click

from service.cli.api import Api
from service.cli.failing import EXIT_INCOMPLETE, CommandFailed, tell
from service.cli.options import talks_to_server
from service.cli.screen import Screen
from service.domain.json import JsonObject

_OF_BATCHES = {"cancel": "cancel", "retry": "retry-failed"}


def _steering(name: str, summary: str) -> Callable[..., None]:
    takes = "JOB|BATCH" if name in _OF_BATCHES else "JOB"

    async def steer(api: Api, screen: Screen, ids: tuple[str, ...]) -> int:
        code = 0
        for each in ids:
            code = max(code, await _one(api, screen, name, each))
        return code

    steer.__name__ = name
    steer.__doc__ = summary
    return click.argument("ids", nargs=-1, required=True, metavar=f"{takes}...")(talks_to_server(steer))


async def _one(api: Api, screen: Screen, name: str, given: str) -> int:
    """Does it to the job, or to the batch with this id; the exit code."""
    try:
        answer = await _ask(api, name, given)
    except CommandFailed as failed:
        screen.object({"id": given, "error": failed.what})
        if not screen.as_json:
            tell(failed)
        return failed.exit_code
    screen.object({"id": given, **answer})
    screen.line(_told(given, answer))
    # Repeating a command is safe, so the server says only where the job stands: it may have ended otherwise.
    return EXIT_INCOMPLETE if name != "cancel" and answer.get("state") in ("failed", "cancelled") else 0


async def _ask(api: Api, name: str, given: str) -> JsonObject:
    if name in _OF_BATCHES and await api.find(f"/api/jobs/{given}") is None:
        return await api.post(f"/api/batches/{given}/{_OF_BATCHES[name]}")
    return await api.post(f"/api/jobs/{given}/{name}")


def _told(given: str, answer: JsonObject) -> str:
    changed = answer.get("jobs")
    return f"{given}  {answer['state']}" if changed is None else f"{given}  {len(changed)} jobs"


start = click.command("start")(_steering("start", "Start staged jobs."))
cancel = click.command("cancel")(_steering("cancel", "Cancel jobs, or all of a batch."))
retry = click.command("retry")(_steering("retry", "Run ended jobs again, or all that failed of a batch."))
pause = click.command("pause")(_steering("pause", "Pause jobs after the steps that run."))
resume = click.command("resume")(_steering("resume", "Let paused jobs go on."))
