"""`headway serve` and `headway worker`: one part, for a server whose Redis and database are its own."""

import asyncio
import os
import sys
from pathlib import Path

import click

from service.cli.checks_of_parts import check_sql
from service.cli.failing import EXIT_UNREACHABLE, CommandFailed
from service.cli.flags import DATA_DIR, DEBUG, HOST, PORT, WORKERS
from service.cli.machine import bind
from service.cli.server import settings_or_fail
from service.settings import Settings, variable


@click.command()
@HOST
@PORT
@DATA_DIR
@DEBUG
def serve(host: str | None, port: int | None, data_dir: Path | None) -> None:
    """Run the gateway alone. It needs HEADWAY_REDIS_URL and HEADWAY_DATABASE_URL."""
    settings = _settings(host=host, port=port, data_dir=data_dir)
    # The gateway says less clearly that it cannot listen: asked here first, and given back.
    bind(settings.host, settings.port).close()
    _database_answers(settings)
    _become("service.gateway", settings)


@click.command()
@WORKERS
@DATA_DIR
@DEBUG
def worker(workers: int | None, data_dir: Path | None) -> None:
    """Run workers alone. They need HEADWAY_REDIS_URL and HEADWAY_DATABASE_URL."""
    settings = _settings(workers=workers, data_dir=data_dir)
    _database_answers(settings)
    _become("workers.supervisor", settings)


def _settings(**overrides: object) -> Settings:
    settings = settings_or_fail(**overrides)
    missing = [variable(name) for name in ("redis_url", "database_url") if getattr(settings, name) is None]
    if missing:
        raise CommandFailed(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set.",
            "Set what the gateway and the workers are to share, such as redis://127.0.0.1:6379 and "
            "postgresql://…; or start everything here with `headway up`.",
        )
    return settings


def _database_answers(settings: Settings) -> None:
    """Redis may come later, and is waited for; without the database there is no start."""
    found = asyncio.run(check_sql(settings))
    if found.state == "fail":
        raise CommandFailed(
            f"The database does not answer: {found.found}.", found.remedy, exit_code=EXIT_UNREACHABLE
        )


def _become(module: str, settings: Settings) -> None:
    """This process turns into the part: signals reach it directly, and nothing is between it and whoever started it."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(  # noqa: S606 -- becoming the part is the purpose; no shell is involved
        sys.executable, [sys.executable, "-P", "-m", module], {**os.environ, **settings.environment()}
    )
