"""The link with a one-time code that a browser is opened with."""

from service.cli.api import Api
from service.cli.server import Server


async def sign_in_link(server: Server) -> str:
    """A new one. Raises CommandFailed."""
    async with Api(server) as api:
        return str((await api.post("/api/session/links"))["url"])
