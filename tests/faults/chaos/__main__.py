"""`python -m tests.faults.chaos`: a chaos with a seed that it prints; see --help.

The exit code is 0 when nothing was wrong and every fault met somebody, and with --teeth when something was wrong
without each of the protections.
"""

import argparse
import asyncio
import logging
import os
import random
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import structlog

from tests.benchmarks.measuring import machine
from tests.faults.chaos.ledger import Ledger
from tests.faults.chaos.place import Where
from tests.faults.chaos.run import Plan, chaos
from tests.faults.chaos.teeth import PROTECTIONS, guarded, toothless
from tests.faults.chaos.telling import found, lines, page, teeth_part
from tests.support.postgres import TestPostgres
from tests.support.schema import migrate


def main(arguments: list[str] | None = None) -> int:
    """Rages as it is told to."""
    given = _parser().parse_args(arguments)
    # What our own links say of faults is theirs to cause: it would drown what is told here.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    seed = random.SystemRandom().getrandbits(32) if given.seed is None else given.seed
    print(f"seed {seed}", flush=True)
    told, is_well = "", True
    if not given.teeth or given.write is not None:
        plan = Plan(seed, given.seconds, given.accepted)
        facts = machine()
        ledger = _run(plan, given.database)
        print("\n".join(lines(ledger)), flush=True)
        is_well = ledger.is_clean and not ledger.missed
        told = page(
            plan,
            ledger,
            facts,
            arguments=f"--seconds {plan.seconds:g} --accepted {plan.accepted} --seed {seed} "
            f"--database {given.database} --write {given.write}",
            database="SQLite" if given.database == "sqlite" else "PostgreSQL",
        )
    if given.teeth or given.write is not None:
        bitten = {each: _bite(each, seed, given.database) for each in PROTECTIONS}
        is_well &= all(not without.is_clean and with_it.is_clean for without, with_it in bitten.values())
        told += teeth_part(bitten)
    if given.write is not None:
        Path(given.write).write_text(told)
    return 0 if is_well else 1


def _bite(protection: str, seed: int, database: str) -> tuple[Ledger, Ledger]:
    """Without the protection something must be wrong, and with it nothing."""
    without, with_it = (_run(plan(protection, seed), database) for plan in (toothless, guarded))
    print(f"without {protection}: {found(without)}; with it: {found(with_it)}", flush=True)
    print("\n".join(f"  {each}" for each in with_it.examples), end="")
    return without, with_it


def _run(plan: Plan, database: str) -> Ledger:
    with _place(database) as where:
        return asyncio.run(chaos(plan, where))


@contextmanager
def _place(database: str) -> Generator[Where]:
    """An empty folder and a fresh database of that kind, of a server of its own."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as name:
        folder = Path(name)
        if database == "sqlite":
            url = f"sqlite+aiosqlite:///{folder / 'chaos.db'}"
            migrate(url)
            yield Where(folder, url)
            return
        server = TestPostgres(f"chaos{os.getpid()}", os.getpid(), survives=True)
        try:
            for url in server.fresh(migrate):
                yield Where(folder, url, server)
        finally:
            server.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.chaos", description="Pulls every plug while documents are in flight."
    )
    parser.add_argument("--seconds", type=float, default=300, help="at least so long (300)")
    parser.add_argument("--accepted", type=int, default=2500, help="at least so many documents (2500)")
    parser.add_argument("--seed", type=int, help="choose the same faults again")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument(
        "--teeth", action="store_true", help="show that without each protection something is wrong"
    )
    parser.add_argument("--write", metavar="FILE", help="also write a page of both there, as Markdown")
    return parser


if __name__ == "__main__":
    sys.exit(main())
