"""Sending files: streamed from the disk, in as many requests as the server's limits ask for."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import orjson

from service.cli.api import Api
from service.cli.failing import CommandFailed
from service.domain.document import display_name
from service.domain.json import JsonObject

Sent = Callable[[str, int], None]
"""Told a file's name, fit to be shown, and how many of its bytes have gone out since the last call."""


@dataclass
class Uploaded:
    """What the server answered: each file is in one of the lists."""

    batch_id: str | None = None
    accepted: list[JsonObject] = field(default_factory=list[JsonObject])
    rejected: list[JsonObject] = field(default_factory=list[JsonObject])


@dataclass(frozen=True)
class Wanted:
    """What is to be done with the files."""

    pipeline: str | None = None
    options: JsonObject = field(default_factory=dict[str, object])
    start: bool = True
    force: bool = False
    priority: str | None = None
    batch_name: str | None = None


async def send_files(api: Api, paths: Sequence[Path], wanted: Wanted, sent: Sent) -> Uploaded:
    """Uploads the files as one batch. Raises CommandFailed where the request as a whole cannot be done."""
    session = await api.get("/api/session")
    most = int((session.get("limits") or {}).get("files_per_request") or len(paths))
    uploaded = Uploaded()
    if wanted.batch_name is not None or len(paths) > most:
        made = await api.post("/api/batches", {"name": wanted.batch_name} if wanted.batch_name else {})
        uploaded.batch_id = made["batch_id"]
    for first in range(0, len(paths), most):
        answer = await _send_some(api, paths[first : first + most], wanted, uploaded.batch_id, sent)
        uploaded.batch_id = uploaded.batch_id or answer.get("batch_id")
        uploaded.accepted += answer.get("accepted") or []
        uploaded.rejected += answer.get("rejected") or []
    return uploaded


async def _send_some(
    api: Api, paths: Sequence[Path], wanted: Wanted, batch_id: str | None, sent: Sent
) -> JsonObject:
    params: JsonObject = {
        "pipeline": wanted.pipeline,
        "start": wanted.start,
        "force": wanted.force or None,
        "priority": wanted.priority,
        "batch": batch_id,
    }
    fields = {"options": orjson.dumps(wanted.options).decode()} if wanted.options else {}
    with ExitStack() as opened:
        try:
            files = [(display_name(path.name), opened.enter_context(path.open("rb"))) for path in paths]
        except OSError as error:
            raise CommandFailed(f"{error.filename} cannot be read: {error.strerror}.") from error
        parts = [("files", (name, _Counted(file, name, sent))) for name, file in files]
        return await api.send_parts("/api/uploads", params, fields, parts)


class _Counted:
    """An open file that tells how much of it was read."""

    def __init__(self, file: IO[bytes], name: str, sent: Sent) -> None:
        self._file = file
        self._name = name
        self._sent = sent

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self._sent(self._name, len(piece))
        return piece

    def fileno(self) -> int:
        """By which the length is found."""
        return self._file.fileno()


def parse_options(pairs: Iterable[str]) -> JsonObject:
    """`k=v` as a JSON object: a value that is JSON (`3`, `true`, `["fr"]`) is taken as such, all else is text."""
    options: JsonObject = {}
    for pair in pairs:
        name, separator, text = pair.partition("=")
        if not separator or not name:
            raise CommandFailed(f"{pair!r} is not of the form name=value.")
        try:
            options[name] = orjson.loads(text)
        except ValueError:
            options[name] = text
    return options
