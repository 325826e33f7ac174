"""`headway link`."""

import io

import click
import segno

from service.cli.api import Api
from service.cli.options import talks_to_server
from service.cli.screen import Screen


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
    return 0


def qr_code(text: str) -> str:
    """The text as a QR code of half-height blocks, with the quiet zone that cameras need."""
    out = io.StringIO()
    segno.make(text, error="m", micro=False).terminal(out, compact=True, border=2)
    return out.getvalue().rstrip("\n")
