"""RapidOCR's child with the network cut off."""

import socket
from collections.abc import Callable
from typing import Any, NoReturn

from service.domain.json import JsonObject


def serve(threads: int) -> Callable[[JsonObject, bytes], JsonObject]:
    """Like rapid_child.serve; any connection or name look-up raises, and the answer says that it does."""
    socket.socket.connect = _refuse
    socket.getaddrinfo = _refuse
    from workers.engines.ocr import rapid_child

    read = rapid_child.serve(threads)

    def read_offline(call: JsonObject, samples: bytes) -> JsonObject:
        return read(call, samples) | {"connection": _tried()}

    return read_offline


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise OSError("no network")


def _tried() -> str:
    try:
        socket.create_connection(("192.0.2.1", 80), timeout=1).close()
    except OSError as error:
        return "refused" if str(error) == "no network" else "unreachable"
    return "made"
