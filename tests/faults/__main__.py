"""`python -m tests.faults`: a storm with a seed that it prints; see --help.

The exit code is 0 when nothing was wrong, 1 when something was, whatever the recovery times are.
"""

import argparse
import asyncio
import logging
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import structlog

from tests.benchmarks.measuring import machine
from tests.faults.storm import Plan, storm
from tests.faults.teeth import PROTECTIONS, toothless
from tests.faults.telling import lines, page
from tests.support.examples import TIMES
from tests.support.postgres import TestPostgres
from tests.support.schema import migrate

MACHINES = ("tests/adapters/test_event_log_machine.py", "tests/gateway/test_session_law.py")
_MACHINE_TIMES = 20


def main(arguments: list[str] | None = None) -> int:
    """Rages as it is told to."""
    given = _parser().parse_args(arguments)
    # What the worker's code says of faults is theirs to cause: it would drown what is told here.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    if given.machines:
        environment = {**os.environ, TIMES: str(given.times)}
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *MACHINES], env=environment, check=False
        ).returncode
    seed = random.SystemRandom().getrandbits(32) if given.seed is None else given.seed
    print(f"seed {seed}", flush=True)
    if given.teeth:
        return _bite(seed, given.database)
    plan = Plan(seed, given.faults, given.deliveries, clients=given.clients, jobs=given.jobs)
    facts = machine()
    began = time.monotonic()
    with _place(given.database) as (folder, url):
        ledger = asyncio.run(storm(plan, folder, url))
    print("\n".join(lines(ledger)))
    if given.write is not None:
        told = page(
            plan,
            ledger,
            facts,
            arguments=f"--faults {plan.faults} --deliveries {plan.deliveries} --seed {seed} --write {given.write}",
            database="SQLite" if given.database == "sqlite" else "PostgreSQL",
            seconds=time.monotonic() - began,
        )
        Path(given.write).write_text(told)
    return 0 if ledger.is_clean else 1


def _bite(seed: int, database: str) -> int:
    """Without any of its protections a gateway must not come through."""
    unharmed: list[str] = []
    for protection in PROTECTIONS:
        with _place(database) as (folder, url):
            ledger = asyncio.run(storm(toothless(protection, seed), folder, url))
        print(f"without {protection}: {dict(ledger.wrong) or 'NOTHING WRONG'}", flush=True)
        if ledger.is_clean:
            unharmed.append(protection)
    return 1 if unharmed else 0


@contextmanager
def _place(database: str) -> Generator[tuple[Path, str]]:
    """An empty folder and a fresh database of that kind."""
    with tempfile.TemporaryDirectory(prefix="storm-") as name:
        folder = Path(name)
        if database == "sqlite":
            url = f"sqlite+aiosqlite:///{folder / 'storm.db'}"
            migrate(url)
            yield folder, url
            return
        server = TestPostgres(f"storm{os.getpid()}", os.getpid())
        try:
            for url in server.fresh(migrate):
                yield folder, url
        finally:
            server.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults", description="Lets faults rage over Headway."
    )
    parser.add_argument("--faults", type=int, default=200, help="at least so many (200)")
    parser.add_argument(
        "--deliveries", type=int, default=100_000, help="at least so many expected ones (100000)"
    )
    parser.add_argument("--seed", type=int, help="choose the same faults again")
    parser.add_argument("--clients", type=int, default=16, help="so many of them (16)")
    parser.add_argument("--jobs", type=int, default=5, help="so many at work at a time (5)")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--write", metavar="FILE", help="also write a page of it there, as Markdown")
    parser.add_argument("--teeth", action="store_true", help="show that without a protection the storm fails")
    parser.add_argument("--machines", action="store_true", help="let the state machines run long instead")
    parser.add_argument("--times", type=int, default=_MACHINE_TIMES, help="so many times their examples (20)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
