"""Which server a command talks to, and with which token."""

from dataclasses import dataclass
from pathlib import Path

import orjson

from service.cli.failing import EXIT_NOT_ALLOWED, EXIT_UNREACHABLE, CommandFailed
from service.settings import Settings, SettingsProblem, load_settings

SERVER_FILE = "server.json"
TOKEN_FILE = "token"  # noqa: S105 -- the name of a file


@dataclass(frozen=True)
class Server:
    """Where it is (without a closing slash) and who we are there."""

    url: str
    token: str


def settings_or_fail(**overrides: object) -> Settings:
    """The settings; a command's options win. Raises CommandFailed that names every wrong one."""
    try:
        return load_settings(**overrides)
    except SettingsProblem as problem:
        raise CommandFailed(str(problem)) from None


def find_server(url: str | None, token: str | None, data_dir: Path | None) -> Server:
    """The server of `--server`, else of HEADWAY_URL, else the one that runs on the local data folder."""
    settings = settings_or_fail(url=url, token=token, data_dir=data_dir)
    found = settings.url or read_server_file(settings.data_dir)
    if found is None:
        raise CommandFailed(
            f"No Headway runs on {settings.data_dir}.",
            "Start one with `headway up`, or name a server with --server or HEADWAY_URL.",
            exit_code=EXIT_UNREACHABLE,
        )
    own = token_for(settings, found)
    if own is None:
        raise CommandFailed(
            f"There is no token for {found}.",
            "Give it with HEADWAY_TOKEN (or --token): it is in the file `token` of the server's data folder.",
            exit_code=EXIT_NOT_ALLOWED,
        )
    return Server(found.rstrip("/"), own)


def token_for(settings: Settings, url: str) -> str | None:
    """The token that was given, else the local folder's, which is for the local server alone: no other one must get
    to know it."""
    if settings.token is not None:
        return settings.token.get_secret_value()
    is_own = url in (read_server_file(settings.data_dir), local_url(settings))
    return read_token(settings.data_dir) if is_own else None


def local_url(settings: Settings) -> str:
    """The URL under which this machine reaches a gateway with these settings."""
    return http_url(settings.host, settings.port)


def http_url(host: str, port: int) -> str:
    """`http://…` of an address that is listened on; an address for all of them is reached by the loopback one."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104 -- not bound here
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def read_server_file(data_dir: Path) -> str | None:
    """The URL of the server that runs on this folder, as it wrote it there itself."""
    try:
        return str(orjson.loads((data_dir / SERVER_FILE).read_bytes())["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read_token(data_dir: Path) -> str | None:
    """The local user's token, once the server has made it."""
    try:
        return (data_dir / TOKEN_FILE).read_text().strip() or None
    except (OSError, UnicodeDecodeError):
        return None
