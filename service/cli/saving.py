"""A file that the server sends, written where the user wants it."""

import sys
from pathlib import Path

import httpx

from service.cli.failing import CommandFailed


async def save(response: httpx.Response, output: Path | None) -> None:
    """The body into this file, to standard output where none is named. Raises CommandFailed."""
    try:
        target = output.open("wb") if output else sys.stdout.buffer
    except OSError as error:
        raise CommandFailed(f"{output} cannot be written: {error.strerror}.") from error
    try:
        async for piece in response.aiter_bytes():
            target.write(piece)
        target.flush()
    finally:
        if output:
            target.close()
