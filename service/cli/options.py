"""What all commands that talk to a server have in common: their options, and how they run."""

from collections.abc import Callable, Coroutine
from typing import Any

import click

from service.cli import interrupt
from service.cli.api import Api
from service.cli.flags import DATA_DIR, DEBUG, SERVER, TOKEN
from service.cli.screen import Screen
from service.cli.server import find_server


def talks_to_server(command: Callable[..., Coroutine[Any, Any, int]]) -> Callable[..., None]:
    """Makes `command(api, screen, **its own options)` a command; what it returns is the exit code."""

    @SERVER
    @TOKEN
    @DATA_DIR
    @click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    @DEBUG
    def run(**given: Any) -> None:
        server, token, data_dir = given.pop("server"), given.pop("token"), given.pop("data_dir")
        screen = Screen(as_json=given.pop("as_json"))

        async def talk() -> int:
            async with Api(find_server(server, token, data_dir)) as api:
                return await command(api, screen, **given)

        code = interrupt.run(talk())
        if code:
            raise click.exceptions.Exit(code)

    run.__doc__ = command.__doc__
    run.__name__ = command.__name__
    return run
