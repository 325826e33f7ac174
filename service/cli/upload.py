"""`headway upload`."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.text import Text

from service.cli.api import Api
from service.cli.failing import EXIT_INCOMPLETE
from service.cli.following import exit_code_of, follow
from service.cli.options import talks_to_server
from service.cli.screen import Screen
from service.cli.sending import Sent, Uploaded, Wanted, parse_options, send_files
from service.cli.views import view_for
from service.domain.job import PRIORITIES

_AGAIN = "is there already; --force does it again"


@click.command()
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--pipeline", help="What is to be done with them. [the server's first]")
@click.option(
    "--option", "-o", "pairs", multiple=True, metavar="NAME=VALUE", help="An option of the pipeline."
)
@click.option(
    "--priority",
    type=click.Choice(list(PRIORITIES)),
    help="How urgent they are; high is for admins. [normal]",
)
@click.option("--watch", "-w", is_flag=True, help="Follow them until they end.")
@click.option("--no-start", is_flag=True, help="Only upload; `headway start` starts them.")
@click.option("--force", is_flag=True, help="Make a new job even where the same content was done already.")
@talks_to_server
async def upload(
    api: Api,
    screen: Screen,
    files: tuple[Path, ...],
    pairs: tuple[str, ...],
    pipeline: str | None,
    priority: str | None,
    **flags: bool,
) -> int:
    """Send files to a server."""
    watch, start = flags["watch"], not flags["no_start"]
    wanted = Wanted(pipeline, parse_options(pairs), start=start, force=flags["force"], priority=priority)
    with sending_bar(screen, files) as sent:
        uploaded = await send_files(api, files, wanted, sent)
    tell_uploaded(screen, uploaded, with_jobs=not watch)
    code = EXIT_INCOMPLETE if uploaded.rejected else 0
    if watch and start and uploaded.accepted:
        with view_for(screen) as view:
            view.expect(uploaded.accepted)
            ended = await follow(api.server, (each["job_id"] for each in uploaded.accepted), view)
        code = max(code, exit_code_of(ended.values()))
    return code


@contextmanager
def sending_bar(screen: Screen, files: Sequence[Path]) -> Generator[Sent, None, None]:
    """A bar of the bytes that went out, gone when all have; only at a terminal."""
    if not screen.is_terminal:
        yield lambda _name, _count: None
        return
    with Progress(
        TextColumn("Sending {task.fields[name]}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(highlight=False),
        transient=True,
    ) as progress:
        task = progress.add_task("", name="", total=sum(path.stat().st_size for path in files))
        yield lambda name, count: progress.update(task, advance=count, name=name)


def tell_uploaded(screen: Screen, uploaded: Uploaded, *, with_jobs: bool) -> None:
    """What became of each file; `with_jobs` is False where the jobs are shown next anyway."""
    for each in uploaded.accepted:
        screen.object({"event": "accepted", "batch_id": uploaded.batch_id, **each})
    for each in uploaded.rejected:
        screen.object({"event": "rejected", "batch_id": uploaded.batch_id, **each})
    if with_jobs and uploaded.accepted:
        rows = [
            (each["job_id"], each["state"], each["name"], _again(each.get("duplicate_of")))
            for each in uploaded.accepted
        ]
        screen.table(("job", "state", "name", ""), rows)
        if len(uploaded.accepted) > 1:
            screen.line(f"Batch {uploaded.batch_id}", "dim")
    if not with_jobs and uploaded.accepted:
        for each in uploaded.accepted:
            if each.get("duplicate_of"):
                screen.line(f"{each['name']} {_AGAIN}", "dim")
        screen.line(f"Ctrl-C stops watching, not the work: headway watch {uploaded.batch_id}", "dim")
    for each in uploaded.rejected:
        screen.line(f"✗ {each['name']}  rejected: {each['problem'].get('detail')}", "red")


def _again(duplicate_of: str | None) -> Text:
    return Text(_AGAIN if duplicate_of else "", style="dim")
