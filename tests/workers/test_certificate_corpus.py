"""Certificates of the corpus go through the whole pipeline, and their records say what is printed on them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.corpora.certificates.making import SEED, Certificate, certificate
from tests.corpora.certificates.table import rows
from tests.support.certificate_jobs import SPEC, kept
from tests.support.house import House, open_house

pytestmark = pytest.mark.anyio
EXACT = ("imo_number", "certificate_number", "issue_date", "valid_until")


@pytest.fixture
async def house(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database_url, redis_url, tmp_path / "data", drain_seconds=0.6) as opened:
        yield opened


def some() -> list[Certificate]:
    """Digital ones in known layouts: how much is read right of all is measured by `make bench`."""
    digital = [row for row in rows(SEED) if row.quality == "digital" and row.media == "pdf" and not row.apart]
    return [certificate(row) for row in digital[:8]]


async def test_records_say_what_is_printed(house: House) -> None:
    truths = some()
    async with house.worker(slots=2):
        jobs: dict[str, Certificate] = {}
        for each in truths:
            accepted = await house.accept(each.name, "pdf", each.content, spec=SPEC)
            jobs[accepted.job_id] = each
        for job_id in jobs:
            await house.state(job_id, "completed")
    by_job = {row.job_id: row for row in await kept(house)}
    assert by_job.keys() == jobs.keys() and len(jobs) == 8
    wanted = [(job_id, code, jobs[job_id].truth.fields.get(code)) for job_id in jobs for code in EXACT]
    wrong = [each for each in wanted if getattr(by_job[each[0]], each[1]) != each[2]]
    assert len(wrong) <= len(wanted) * 0.1, wrong
