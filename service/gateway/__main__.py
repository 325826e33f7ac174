"""`python -m service.gateway`: the gateway under uvicorn, on the socket that it inherits or on one of its own."""

import os
import socket
import sys

import structlog

from service.adapters.logs import set_up_logs
from service.gateway.app import create_app
from service.gateway.descriptors import raise_limit
from service.gateway.serving import serve
from service.settings import LISTEN_FD, Settings, SettingsProblem, load_settings

BYE_SECONDS = 15.0
"""Over how long sockets are sent away after a stop, when no setting says."""

_log = structlog.get_logger()


def main() -> int:
    """The exit code: 0 after a stop, 2 when the settings are wrong or the address cannot be listened on."""
    try:
        settings = load_settings()
    except SettingsProblem as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    try:
        listening = _listening(settings)
    except OSError as error:
        sys.stderr.write(
            f"The gateway cannot listen on {settings.host}, port {settings.port}: {error.strerror}.\n"
        )
        return 2
    set_up_logs(settings)
    raise_limit()
    window = settings.bye_seconds if settings.bye_seconds is not None else BYE_SECONDS
    settings = settings.model_copy(update={"port": listening.getsockname()[1]})
    return serve(create_app(settings), listening, window)


def _listening(settings: Settings) -> socket.socket:
    inherited = os.environ.get(LISTEN_FD)
    if inherited is not None:
        return socket.socket(fileno=int(inherited))
    family, kind, _, _, address = socket.getaddrinfo(
        settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listening = socket.socket(family, kind)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(address)
    return listening


if __name__ == "__main__":
    sys.exit(main())
