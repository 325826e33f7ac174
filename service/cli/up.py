"""`headway up`: everything on this machine, as one process tree."""

import asyncio
import contextlib
import sys
import webbrowser
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from service.adapters.logs import set_up_logs
from service.adapters.stop_signals import StopSignals
from service.cli.data_dir import announced, owned
from service.cli.failing import EXIT_INTERRUPTED
from service.cli.flags import DATA_DIR, DEBUG, HOST, NO_BROWSER, PORT, WORKERS
from service.cli.machine import bind, has_display, process_age
from service.cli.probing import sign_in_link
from service.cli.server import Server, settings_or_fail
from service.cli.tree import Tree
from service.settings import Settings


@click.command()
@HOST
@PORT
@DATA_DIR
@WORKERS
@NO_BROWSER
@DEBUG
def up(
    host: str | None, port: int | None, data_dir: Path | None, workers: int | None, *, no_browser: bool
) -> None:
    """Start everything on this machine, and print the link. Ctrl-C stops it, a second one at once."""
    settings = settings_or_fail(host=host, port=port, data_dir=data_dir, workers=workers)
    set_up_logs(settings)
    asyncio.run(_up(settings, browser=not no_browser))


async def _up(settings: Settings, *, browser: bool) -> None:
    stop = StopSignals()
    async with running(settings, stop) as (tree, server):
        link = await sign_in_link(server)
        tell_running(tree, link, process_age())
        if browser:
            open_browser(link)
        await tree.stopped()
        say_stopping()
    if stop.at_once.is_set():
        raise click.exceptions.Exit(EXIT_INTERRUPTED)


@asynccontextmanager
async def running(
    settings: Settings, stop: StopSignals, log_file: Path | None = None
) -> AsyncGenerator[tuple[Tree, Server], None]:
    """A whole Headway that is ready, and that commands on this machine find. Raises CommandFailed."""
    stop.listen()
    with owned(settings.data_dir), contextlib.closing(bind(settings.host, settings.port)) as listening:
        async with Tree(settings, listening, stop, log_file) as tree:
            server = await tree.ready()
            with announced(settings.data_dir, tree.url):
                yield tree, server


def tell_running(tree: Tree, link: str, seconds: float) -> None:
    """The link and what runs; the link alone on its line, so that a program can read it."""
    settings = tree.settings
    parts = [
        f"{settings.workers} worker{'s' if settings.workers != 1 else ''}",
        "embedded Redis" if tree.pids()["redis"] else "Redis",
        "SQLite" if uses_sqlite(settings) else "PostgreSQL",
        f"data in {settings.data_dir}",
    ]
    console = Console(highlight=False, soft_wrap=True)
    console.print(
        Text.assemble(("Headway ", "bold"), version("headway"), f" is ready after {seconds:.1f} s.")
    )
    console.print(Text.assemble("\n  ", (link, "bold cyan"), "\n"))
    console.print(
        Text("The link signs in one browser; `headway link` makes another. " + ", ".join(parts) + ".", "dim")
    )
    console.print(Text("Ctrl-C stops.", "dim"))


def say_stopping() -> None:
    """After the first Ctrl-C."""
    lead = "\n" if sys.stdout.isatty() else ""
    print(f"{lead}Stopping: what runs may finish. Ctrl-C again stops at once.", flush=True)


def open_browser(link: str) -> None:
    """Where there is a display; that it fails is no reason to stop."""
    if has_display():
        with contextlib.suppress(webbrowser.Error, OSError):
            webbrowser.open(link)


def uses_sqlite(settings: Settings) -> bool:
    """Whether the database is a file."""
    return settings.database_url is None or settings.database_url.get_secret_value().startswith("sqlite")
