"""`headway link`."""

import io
from urllib.parse import urlsplit

import click
import segno

from service.cli.api import Api
from service.cli.options import talks_to_server
from service.cli.screen import Screen

_ONLY_HERE = ("127.0.0.1", "localhost", "::1")


@click.command()
@click.option("--qr", is_flag=True, help="Show it as a QR code, for a phone's camera.")
@talks_to_server
async def link(api: Api, screen: Screen, *, qr: bool) -> int:
    """Make a sign-in link for one more device. It works once and not for long."""
    made = await api.post("/api/session/links")
    screen.object(made)
    if qr and not screen.as_json:
        screen.line(qr_code(made["url"]))
    screen.line(made["url"])
    if qr and urlsplit(made["url"]).hostname in _ONLY_HERE:
        click.echo(
            "This address leads to this machine only. For other devices set HEADWAY_HOST and HEADWAY_PUBLIC_URL "
            "for the server.",
            err=True,
        )
    return 0


def qr_code(text: str) -> str:
    """The text as a QR code of half-height blocks, with the quiet zone that cameras need."""
    out = io.StringIO()
    segno.make(text, error="m", micro=False).terminal(out, compact=True, border=4)
    return out.getvalue().rstrip("\n")
