"""All of the doctor's checks, and those of the machine."""

import platform
import stat

from service.cli.checks_of_parts import (
    check_clamd,
    check_language,
    check_ocr,
    check_parser,
    check_redis,
    check_sql,
)
from service.cli.checks_of_server import Sought, check_server, check_workers
from service.cli.checks_of_storage import check_archive, check_data_dir, check_disk, check_storage
from service.cli.failing import CommandFailed
from service.cli.found import Check
from service.cli.machine import refuse_wrong_machine
from service.cli.server import TOKEN_FILE
from service.settings import Settings


async def check_all(settings: Settings, sought: Sought) -> list[Check]:
    """What can be said of this machine, these settings, and the server that was asked for or runs with them."""
    return [
        _check_machine(),
        check_data_dir(settings.data_dir),
        check_disk(settings),
        *await check_storage(settings),
        *check_archive(settings),
        *_check_token(settings),
        await check_sql(settings),
        await check_redis(settings),
        *await check_clamd(settings),
        check_parser(),
        *check_ocr(settings),
        *check_language(settings),
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


def _check_token(settings: Settings) -> list[Check]:
    path = settings.data_dir / TOKEN_FILE
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return []
    if mode & 0o077:
        return [Check("token", "warn", f"others can read {path}", f"chmod 600 {path}")]
    return [Check("token", "ok", f"in {path}, readable by this user only")]
