"""All of the doctor's checks, and those of the machine and of a running server."""

import platform
import shutil
import stat
import tempfile
from pathlib import Path

from service.cli import probing
from service.cli.checks_of_parts import check_ocr, check_parser, check_redis, check_sql
from service.cli.failing import CommandFailed
from service.cli.found import Check
from service.cli.machine import bind, refuse_wrong_machine
from service.cli.server import TOKEN_FILE, local_url, read_server_file, read_token
from service.domain.json import JsonObject
from service.settings import Settings


async def check_all(settings: Settings) -> list[Check]:
    """What can be said of this machine, these settings, and the server that runs with them, if one does."""
    url = settings.url or read_server_file(settings.data_dir) or local_url(settings)
    return [
        _check_machine(),
        _check_data_dir(settings.data_dir),
        _check_disk(settings),
        *_check_token(settings),
        await check_sql(settings),
        await check_redis(settings),
        check_parser(),
        *check_ocr(settings),
        await _check_server(settings, url),
        await _check_workers(settings, url),
    ]


def _check_machine() -> Check:
    found = f"CPython {platform.python_version()} on {platform.system()} {platform.release()}"
    try:
        refuse_wrong_machine()
    except CommandFailed as failed:
        return Check("machine", "fail", failed.what, failed.remedy)
    return Check("machine", "ok", found)


def _check_data_dir(data_dir: Path) -> Check:
    there = _nearest(data_dir)
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        return Check(
            "data folder",
            "fail",
            f"{data_dir} cannot be written: {error.strerror}",
            f"Make {there} writable for this user, or choose another with HEADWAY_DATA_DIR.",
        )
    return Check(
        "data folder", "ok", f"{data_dir}" + ("" if there == data_dir else " (made at the first start)")
    )


def _check_disk(settings: Settings) -> Check:
    free = shutil.disk_usage(_nearest(settings.data_dir)).free
    found = f"{free / 1e9:.1f} GB free"
    if free < settings.free_disk_bytes:
        return Check(
            "disk", "fail", f"{found}: uploads are refused", "Free some, or lower HEADWAY_FREE_DISK_BYTES."
        )
    if free < settings.free_disk_bytes + settings.file_bytes:
        return Check("disk", "warn", f"{found}: less than the largest file that is taken", "Free some soon.")
    return Check("disk", "ok", found)


def _check_token(settings: Settings) -> list[Check]:
    path = settings.data_dir / TOKEN_FILE
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return []
    if mode & 0o077:
        return [Check("token", "warn", f"others can read {path}", f"chmod 600 {path}")]
    return [Check("token", "ok", f"in {path}, readable by this user only")]


async def _check_server(settings: Settings, url: str) -> Check:
    status, answer = await probing.get(url, "/readyz")
    if status == 200:
        return Check("server", "ok", f"ready at {url}")
    if status == 503:
        return Check(
            "server",
            "warn",
            f"not ready at {url}: {answer.get('detail') or 'no reason given'}",
            "Wait a moment.",
        )
    if url != local_url(settings):
        return Check("server", "fail", f"{url} does not answer", "Start it with `headway up`.")
    if status:
        return _port_taken(settings)
    try:
        bind(settings.host, settings.port).close()
    except CommandFailed as failed:
        return Check("server", "fail", failed.what, failed.remedy)
    return Check("server", "ok", f"none runs; port {settings.port} is free for `headway up`")


def _port_taken(settings: Settings) -> Check:
    return Check(
        "server",
        "fail",
        f"something else answers on port {settings.port}",
        "Choose another with HEADWAY_PORT, or stop that program.",
    )


async def _check_workers(settings: Settings, url: str) -> Check:
    given = settings.token.get_secret_value() if settings.token is not None else None
    token = given or read_token(settings.data_dir)
    status, told = await probing.get(url, "/api/admin/workers", token)
    if status == 0:
        return Check("workers", "ok", f"none run; `headway up` starts {settings.workers}")
    if status != 200:
        return Check(
            "workers", "warn", f"the server does not tell us ({status})", "Set HEADWAY_TOKEN to an admin's."
        )
    return _live_workers(told)


def _live_workers(told: JsonObject) -> Check:
    live = told.get("workers") or {}
    queue = told.get("queue") or {}
    if not live:
        return Check("workers", "fail", "none runs, so no job goes on", "Start some with `headway worker`.")
    return Check("workers", "ok", f"{len(live)} live, {queue.get('running', 0)} steps running")


def _nearest(path: Path) -> Path:
    """The folder itself, or the nearest one above it that is there."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path if path.is_dir() else path.parent
