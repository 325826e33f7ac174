"""The doctor's checks of a running server: which one is looked at and why, whether it is ready, and its workers."""

import asyncio
from dataclasses import dataclass
from typing import Literal

import httpx
import orjson

from service.cli.api import is_local
from service.cli.failing import CommandFailed
from service.cli.found import Check
from service.cli.machine import bind
from service.cli.server import local_url, read_server_file, token_for
from service.cli.workers import unavailable
from service.domain.json import JsonObject
from service.settings import Settings

_ANSWER_SECONDS = 5.0
_NAME_IT = "Name one that runs elsewhere with --server or HEADWAY_URL."


@dataclass(frozen=True)
class Sought:
    """The server that is looked at, and who says that there is one: nobody does of the local address."""

    url: str
    by: Literal["--server", "HEADWAY_URL", "record", "settings"]

    @staticmethod
    def of(settings: Settings, *, by_option: bool) -> "Sought":
        """The one that other commands would talk to; else the address that `up` would take with these settings."""
        if settings.url is not None:
            return Sought(settings.url.rstrip("/"), "--server" if by_option else "HEADWAY_URL")
        recorded = read_server_file(settings.data_dir)
        if recorded is not None:
            return Sought(recorded, "record")
        return Sought(local_url(settings), "settings")


@dataclass(frozen=True)
class _Answer:
    """`status` is 0 where nothing answered, for this reason."""

    status: int
    body: JsonObject
    reason: str = ""


async def check_server(settings: Settings, sought: Sought) -> Check:
    """Whether the server is ready; where none was named and none runs, whether one could be started."""
    answer = await _get(sought.url, "/readyz")
    whose = _whose(settings, sought)
    if "parts" in answer.body:
        away = ", ".join(name for name, works in answer.body["parts"].items() if not works)
        if not away:
            return Check("server", "ok", f"ready at {sought.url}, {whose}")
        found = f"not ready at {sought.url}, {whose}: without {away}"
        return Check("server", "warn", found, "Wait a moment, or see the server's log.")
    if answer.status:
        return _something_else(settings, sought, answer.status)
    if sought.by == "settings":
        return _none_runs(settings, sought)
    remedy = "Start it, or correct the address."
    if sought.by == "record":
        remedy = "It was probably killed: start it again with `headway up`."
    return Check("server", "fail", f"nothing answers at {sought.url}, {whose} ({answer.reason})", remedy)


async def check_workers(settings: Settings, sought: Sought) -> Check:
    """What the server says of its workers; where none answers, what the database says."""
    answer = await _get(sought.url, "/api/admin/workers", token_for(settings, sought.url))
    if answer.status == 200:
        live, queue = answer.body.get("workers") or {}, answer.body.get("queue") or {}
        if not live:
            return Check(
                "workers", "fail", "none runs, so no job goes on", "Start some with `headway worker`."
            )
        running = f"{len(live)} live, {queue.get('running', 0)} jobs running"
        away = [
            f"{name} is {unavailable(engine)}"
            for name, engine in (answer.body.get("engines") or {}).items()
            if "next_try" in engine
        ]
        if away:
            remedy = "What needs it waits, and goes on by itself; see `headway workers`."
            return Check("workers", "warn", f"{running}; {'; '.join(away)}", remedy)
        return Check("workers", "ok", running)
    if answer.status in (401, 403):
        remedy = "Set HEADWAY_TOKEN to an admin's, or use --token."
        return Check("workers", "warn", f"{sought.url} does not tell us ({answer.status})", remedy)
    slots = await _slots_in_database(settings)
    if slots:
        return Check("workers", "ok", f"{slots} slots of live workers, by the configured database")
    where = "by the configured database" if slots == 0 else "and there is no database yet"
    return Check("workers", "ok", f"none run, {where}; `headway up` starts {settings.workers}")


def _whose(settings: Settings, sought: Sought) -> str:
    match sought.by:
        case "record":
            return f"which `headway up` noted in {settings.data_dir}"
        case "settings":
            return "where HEADWAY_HOST and HEADWAY_PORT say"
        case named:
            return f"named by {named}"


def _something_else(settings: Settings, sought: Sought, status: int) -> Check:
    if sought.by == "settings":
        return Check(
            "server",
            "fail",
            f"something that is not Headway answers on port {settings.port}",
            "Choose another with HEADWAY_PORT, or stop that program.",
        )
    return Check(
        "server",
        "fail",
        f"{sought.url}, {_whose(settings, sought)}, is not Headway ({status})",
        "Correct the address.",
    )


def _none_runs(settings: Settings, sought: Sought) -> Check:
    try:
        bind(settings.host, settings.port).close()
    except CommandFailed as failed:
        return Check("server", "fail", failed.what, failed.remedy)
    looked = f"none at {sought.url}, {_whose(settings, sought)}, and none noted in {settings.data_dir}"
    return Check("server", "ok", f"{looked}; `headway up` can start one", _NAME_IT)


async def _get(url: str, path: str, token: str | None = None) -> _Answer:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    try:
        async with (
            asyncio.timeout(_ANSWER_SECONDS),
            httpx.AsyncClient(headers=headers, timeout=_ANSWER_SECONDS, trust_env=not is_local(url)) as http,
        ):
            response = await http.get(url + path)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        return _Answer(0, {}, str(error) or type(error).__name__)
    try:
        body = orjson.loads(response.content)
    except ValueError:
        body = {}
    return _Answer(response.status_code, body if isinstance(body, dict) else {})


async def _slots_in_database(settings: Settings) -> int | None:
    """None where there is no database, or none that answers: its own check says why."""
    from sqlalchemy.exc import SQLAlchemyError  # it takes long to load

    from service.adapters.database import Database
    from service.adapters.dispatch import live_slots
    from service.adapters.opened import database_url

    if settings.database_url is None and not (settings.data_dir / "headway.sqlite").exists():
        return None
    database = Database(database_url(settings))
    try:
        async with asyncio.timeout(_ANSWER_SECONDS), database.reading() as session:
            return await live_slots(session)
    except (SQLAlchemyError, OSError, TimeoutError):
        return None
    finally:
        await database.close()
