"""Half a minute of the chaos, on one database or the other."""

import random
from pathlib import Path

import pytest

from tests.faults.chaos import points
from tests.faults.chaos.place import Where
from tests.faults.chaos.run import Plan, chaos
from tests.faults.chaos.strikes import (
    killed_at,
    queue_is_paused,
    supervisor_dies,
    zombie_at,
)
from tests.faults.chaos.surroundings import redis_is_wiped, redis_restarts
from tests.faults.chaos.telling import lines
from tests.support.own_children import own_children

pytestmark = pytest.mark.anyio

SEED = random.SystemRandom().getrandbits(32)
QUICK = (
    killed_at(points.GATEWAY_POINTS[SEED % len(points.GATEWAY_POINTS)]),
    killed_at(points.COMPANY_POINTS[SEED % len(points.COMPANY_POINTS)]),
    killed_at(points.WORKER_POINTS[SEED % len(points.WORKER_POINTS)]),
    zombie_at(points.NOT_TOLD),
    redis_is_wiped if SEED % 4 < 2 else redis_restarts,
    queue_is_paused,
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
    plan = Plan(
        SEED,
        seconds=0,
        accepted=0,
        at_once=10,
        workers=1,
        pause_seconds=0.1,
        only=QUICK,
        gifts=("certificate", "mismatch", "mismatch", "novel", "novel"),
    )
    ledger = await chaos(plan, where)
    told = f"seed {SEED}\n" + "\n".join(lines(ledger))
    assert ledger.is_clean, told
    assert not ledger.missed, told
    assert ledger.counts["accepted"] > len(QUICK), told
    assert ledger.counts["old attempts refused in SQL"], told
    assert ledger.counts["old attempts refused in Lua"], told
    assert ledger.counts["archived files"] >= 2 * ledger.counts["certificates recorded"] > 0, told
    assert ledger.counts["questions answered by people"] > 0, told
    assert ledger.counts["books"] >= 2, told
    assert own_children("tests.faults.chaos") <= others
