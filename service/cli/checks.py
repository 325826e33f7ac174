"""All of the doctor's checks, and those of the machine."""

import platform
import shutil
import stat
import tempfile
from pathlib import Path

from service.cli.checks_of_parts import check_clamd, check_ocr, check_parser, check_redis, check_sql
from service.cli.checks_of_server import Sought, check_server, check_workers
from service.cli.failing import CommandFailed
from service.cli.found import Check
from service.cli.machine import refuse_wrong_machine
from service.cli.server import TOKEN_FILE
from service.settings import Settings


async def check_all(settings: Settings, sought: Sought) -> list[Check]:
    """What can be said of this machine, these settings, and the server that was asked for or runs with them."""
    return [
        _check_machine(),
        _check_data_dir(settings.data_dir),
        _check_disk(settings),
        *_check_token(settings),
        await check_sql(settings),
        await check_redis(settings),
        *await check_clamd(settings),
        check_parser(),
        *check_ocr(settings),
        await check_server(settings, sought),
        await check_workers(settings, sought),
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


def _nearest(path: Path) -> Path:
    """The folder itself, or the nearest one above it that is there."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path if path.is_dir() else path.parent
