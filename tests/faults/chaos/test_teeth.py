"""That the chaos finds what it is for: without one of the protections it does not come out clean."""

import random
from pathlib import Path

import pytest

from tests.faults.chaos.place import Where
from tests.faults.chaos.run import chaos
from tests.faults.chaos.teeth import PROTECTIONS, toothless

pytestmark = pytest.mark.anyio

SEED = random.SystemRandom().getrandbits(32)


async def test_without_a_protection_something_is_wrong(sqlite_url: str, tmp_path: Path) -> None:
    """One of them a run, by chance; `make chaos ARGS=--teeth` tries all."""
    protection = PROTECTIONS[SEED % len(PROTECTIONS)]
    ledger = await chaos(toothless(protection, SEED), Where(tmp_path / "site", sqlite_url))
    assert not ledger.is_clean, f"nothing was wrong without {protection}, seed {SEED}: {ledger}"
