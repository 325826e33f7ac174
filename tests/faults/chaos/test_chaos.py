"""Twenty seconds of the chaos, on one database or the other, and that it would find what it is for."""

import random
from pathlib import Path

import pytest

from tests.faults import kinds
from tests.faults.chaos import points
from tests.faults.chaos.place import Where
from tests.faults.chaos.run import Plan, chaos
from tests.faults.chaos.strikes import (
    killed_at,
    queue_is_paused,
    supervisor_dies,
    worker_dies,
    zombie_at,
)
from tests.faults.chaos.teeth import PROTECTIONS, toothless
from tests.faults.chaos.telling import lines
from tests.support.own_children import own_children

pytestmark = pytest.mark.anyio

SEED = random.SystemRandom().getrandbits(32)
QUICK = (
    killed_at(points.GATEWAY_POINTS[SEED % len(points.GATEWAY_POINTS)]),
    killed_at(points.WORKER_POINTS[SEED % len(points.WORKER_POINTS)]),
    zombie_at(points.NOT_TOLD),
    kinds.redis_is_wiped,
    queue_is_paused,
    worker_dies,
    kinds.redis_restarts,
    supervisor_dies,
)


@pytest.fixture
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Where:
    """On SQLite or on PostgreSQL, by the seed."""
    url = request.getfixturevalue("sqlite_url" if SEED % 2 else "postgres_url")
    return Where(tmp_path / "site", url)


async def test_whatever_is_killed_every_accepted_document_ends_once(where: Where) -> None:
    """Nothing lost, double or backwards; zombies are refused; nothing is left behind."""
    others = own_children("tests.faults.chaos")
    plan = Plan(SEED, seconds=0, accepted=0, at_once=10, workers=1, pause_seconds=0.1, only=QUICK)
    ledger = await chaos(plan, where)
    told = f"seed {SEED}\n" + "\n".join(lines(ledger))
    assert ledger.is_clean, told
    assert ledger.faults.total() == len(QUICK), told
    assert ledger.counts["accepted"] > len(QUICK), told
    assert ledger.counts["old attempts refused in SQL"], told
    assert ledger.counts["old attempts refused in Lua"], told
    assert own_children("tests.faults.chaos") <= others


async def test_without_a_protection_it_does_not_come_out_clean(sqlite_url: str, tmp_path: Path) -> None:
    """One of them a run, by chance; `make chaos ARGS=--teeth` tries all."""
    protection = PROTECTIONS[SEED % len(PROTECTIONS)]
    ledger = await chaos(toothless(protection, SEED), Where(tmp_path / "site", sqlite_url))
    assert not ledger.is_clean, f"nothing was wrong without {protection}, seed {SEED}"
