"""`headway demo`: a Headway of its own, and sample documents that run through it while one watches."""

import asyncio
import secrets
import sys
import time
from pathlib import Path

import click
from pydantic import SecretStr

from service.adapters.logs import set_up_logs
from service.adapters.parent_death import dying_with_parent
from service.adapters.stop_signals import StopSignals
from service.cli.api import Api
from service.cli.demo_folder import own_folder
from service.cli.failing import EXIT_INCOMPLETE, EXIT_INTERRUPTED, CommandFailed
from service.cli.flags import DEBUG, HOST, NO_BROWSER, PORT, WORKERS
from service.cli.following import follow
from service.cli.machine import bind, process_age
from service.cli.probing import sign_in_link
from service.cli.results import Expected, found_in, tell_differences, tell_results
from service.cli.screen import Screen
from service.cli.sending import Uploaded, Wanted, send_files
from service.cli.server import Server, settings_or_fail
from service.cli.tree import Tree
from service.cli.up import open_browser, running, say_stopping
from service.cli.upload import sending_bar, tell_uploaded
from service.cli.views import view_for
from service.settings import Settings

_DATA, _SAMPLES = "data", "samples"
_BATCHES = {
    "certificate": "Demo: certificates of a ship",
    "sentences": "Demo: a novel into sentences",
    "text": "Demo",
}
_LOG_LINES = 20


@click.command()
@click.option(
    "--exit", "then_exit", is_flag=True, help="Stop when all have ended; 0 when each ended as it should."
)
@HOST
@PORT
@WORKERS
@NO_BROWSER
@DEBUG
def demo(
    host: str | None, port: int | None, workers: int | None, *, no_browser: bool, then_exit: bool
) -> None:
    """Start everything and watch sample documents run through it, in a data folder of its own."""
    given = settings_or_fail(host=host, port=port, workers=workers)
    with own_folder() as folder, (folder / "headway.log").open("a") as log:
        for each in (_DATA, _SAMPLES):
            (folder / each).mkdir()
        settings = _own_settings(given, folder / _DATA, any_port=port is None)
        set_up_logs(settings, to=log)
        code = asyncio.run(
            Demo(settings, folder).run(then_exit=then_exit, browser=not no_browser and not then_exit)
        )
    if code:
        raise click.exceptions.Exit(code)


class Demo:
    """The samples, the server they run on, and what became of them."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings = settings
        self._samples = folder / _SAMPLES
        self._log = folder / "headway.log"
        self._screen = Screen()
        self._stop = StopSignals()
        self._book: str | None = None

    async def run(self, *, then_exit: bool, browser: bool) -> int:
        """The exit code."""
        self._screen.line("Starting Headway and making sample documents …", "dim")
        making = asyncio.create_task(_make_samples(self._samples))
        try:
            async with running(self._settings, self._stop, self._log) as (tree, server):
                ready = process_age()
                await making
                if not then_exit:
                    link = await sign_in_link(server)
                    self._tell_link(link, f"Ready after {ready:.1f} s. The same in a browser:")
                    if browser:
                        open_browser(link)
                code = await self._show(tree, server)
                if not then_exit:
                    if self._book:
                        link = (await sign_in_link(server)).replace("/#", f"/jobs/{self._book}#")
                        self._tell_link(link, "\nAll sentences of the story, to search, change and save:")
                    self._tell_link(await sign_in_link(server), "Drop files of your own on the page:")
                    await tree.stopped()
                    say_stopping()
                    return EXIT_INTERRUPTED if self._stop.at_once.is_set() else 0
                if code:
                    self._tell_log()
                return code
        finally:
            making.cancel()

    def _tell_link(self, link: str, lead: str) -> None:
        self._screen.line(f"{lead}\n")
        self._screen.line(f"  {link}\n", "bold cyan")

    async def _show(self, tree: Tree, server: Server) -> int:
        """Uploads and follows, unless somebody stops it or the server fails."""
        showing = asyncio.create_task(self._process(server))
        stopped = asyncio.create_task(tree.stopped())
        await asyncio.wait({showing, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if showing.done():
            stopped.cancel()
            return showing.result()
        showing.cancel()
        await asyncio.wait({showing})
        await stopped
        say_stopping()
        raise KeyboardInterrupt

    async def _process(self, server: Server) -> int:
        expected = Expected.read(self._samples)
        began = time.monotonic()
        async with Api(server) as api:
            uploaded = Uploaded()
            for given in expected.given():
                wanted = Wanted(given.pipeline, given.options, batch_name=_BATCHES[given.pipeline])
                with sending_bar(self._screen, given.paths) as sent:
                    more = await send_files(api, given.paths, wanted, sent)
                uploaded.accepted += more.accepted
                uploaded.rejected += more.rejected
            tell_uploaded(self._screen, uploaded, with_jobs=False)
            with view_for(self._screen) as view:
                view.expect(uploaded.accepted)
                values = await follow(server, (each["job_id"] for each in uploaded.accepted), view)
            seconds = time.monotonic() - began
            results = [await found_in(api, value) for value in values.values()]
        self._book = next((result.value["id"] for result in results if result.rows), None)
        tell_results(self._screen, expected, results, seconds)
        return tell_differences(self._screen, expected, results, uploaded.rejected)

    def _tell_log(self) -> None:
        """What may explain a demo that went wrong; the log's folder goes when we do."""
        lines = self._log.read_text(errors="replace").splitlines()[-_LOG_LINES:]
        sys.stderr.write("\n".join(["The log ends with:", *lines, ""]))


def _own_settings(given: Settings, data_dir: Path, *, any_port: bool) -> Settings:
    """Limits and engines as configured; but where documents go is ours alone. A taken default port gives way."""
    port = given.port
    if any_port:
        try:
            bind(given.host, port).close()
        except CommandFailed:
            port = 0
    own = {
        "data_dir": data_dir,
        "token": SecretStr("hw_" + secrets.token_urlsafe(32)),
        "port": port,
        "database_url": None,
        "redis_url": None,
        "storage_url": None,
        "archive_engine": "auto",
        "archive_folder": None,
        "archive_url": None,
        "drive_folder": None,
        "public_url": None,
    }
    return given.model_copy(update=own)


async def _make_samples(folder: Path) -> None:
    command = dying_with_parent([sys.executable, "-P", "-m", "workers.samples", str(folder)])
    making = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    _, said = await making.communicate()
    if making.returncode:
        last = said.decode(errors="replace").strip().splitlines()[-1:]
        raise CommandFailed(
            "The sample documents could not be made.", " ".join(last), exit_code=EXIT_INCOMPLETE
        )
