"""Half a minute of the storm, and that it would find what it is for."""

import random
from pathlib import Path

import pytest

from tests.faults import kinds
from tests.faults.storm import Plan, storm
from tests.faults.teeth import PROTECTIONS, toothless
from tests.faults.telling import lines
from tests.support.own_children import own_children

pytestmark = pytest.mark.anyio

SEED = random.SystemRandom().getrandbits(32)
QUICK = (
    kinds.link_is_cut,
    kinds.redis_is_wiped,
    kinds.gateway_dies,
    kinds.publishers_killed,
    kinds.redis_restarts,
    kinds.listeners_killed,
    kinds.redis_stands_still,
    kinds.one_link_killed,
)


async def test_whatever_strikes_every_client_shows_the_truth(sqlite_url: str, tmp_path: Path) -> None:
    """No gap, nothing twice, nothing out of order, no false claim of a resume, and in the end all are equal."""
    others = own_children("service.")
    plan = Plan(
        SEED,
        faults=0,
        deliveries=0,
        clients=10,
        jobs=4,
        page_seconds=0.06,
        client_fault_seconds=0.4,
        only=QUICK,
    )
    ledger = await storm(plan, tmp_path, sqlite_url)
    told = "\n".join(lines(ledger))
    assert ledger.is_clean, f"seed {SEED}\n{told}"
    assert ledger.faults.total() > len(QUICK)
    assert ledger.expected > 1000, told
    assert ledger.judged > 100, told
    assert ledger.endings.total() > 10, told
    assert own_children("service.") <= others


async def test_a_gateway_without_a_protection_does_not_come_through(sqlite_url: str, tmp_path: Path) -> None:
    """One of them a run, by chance; `make storm ARGS=--teeth` tries all."""
    protection = PROTECTIONS[SEED % len(PROTECTIONS)]
    ledger = await storm(toothless(protection, SEED), tmp_path, sqlite_url)
    assert not ledger.is_clean, f"nothing was wrong without {protection}, seed {SEED}"
