"""Options that several commands have."""

from pathlib import Path

import click

SERVER = click.option("--server", metavar="URL", help="Server to talk to. [HEADWAY_URL, else the local one]")
TOKEN = click.option("--token", help="Token there; better given as HEADWAY_TOKEN. [else the local one]")
DATA_DIR = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Data folder of the server. [HEADWAY_DATA_DIR]",
)


def _debug(ctx: click.Context, _param: click.Parameter, given: bool) -> None:  # noqa: FBT001 -- click calls it so
    if given:
        ctx.meta["debug"] = True


DEBUG = click.option(
    "--debug",
    is_flag=True,
    expose_value=False,
    callback=_debug,
    help="Show a traceback when something fails.",
)

HOST = click.option("--host", help="Address to listen on. [HEADWAY_HOST, else 127.0.0.1]")
PORT = click.option(
    "--port", type=click.IntRange(0, 65535), help="Port; 0 takes any free one. [HEADWAY_PORT, else 8000]"
)
WORKERS = click.option(
    "--workers", type=click.IntRange(1), help="Worker processes. [HEADWAY_WORKERS, else one for each core]"
)
NO_BROWSER = click.option("--no-browser", is_flag=True, help="Do not open a browser.")
