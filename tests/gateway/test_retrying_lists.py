"""All that failed of a list is retried with one request, by the list's own filters; nobody else's is touched."""

from typing import Any

import pytest
from sqlalchemy import select, update

from service.adapters.tables import JobRow, StepRow
from service.domain.account import Actor
from tests.support.http_gateway import Gateway
from tests.support.many_jobs import add_jobs

pytestmark = pytest.mark.keys_may_stay("headway:steps", "headway:images")


async def ended(site: Gateway, owner: Actor, state: str, number: int = 1, **columns: Any) -> list[str]:
    """Jobs at their end, with one step each that is at its end as well."""
    jobs = await add_jobs(site.db, owner.user_id, number, state, **columns)
    step: dict[str, Any] = {"state": "failed" if state == "failed" else "done"}
    if columns.get("warnings"):
        step |= {"pages": {"1": "td", "2": "tf"}, "input": {"pages": [1, 2], "route": "text"}}
    async with site.db.writing() as session:
        await session.execute(update(StepRow).where(StepRow.job_id.in_(jobs)).values(**step))
    return jobs


async def queued(site: Gateway) -> set[str]:
    async with site.db.reading() as session:
        return set(await session.scalars(select(JobRow.id).where(JobRow.state == "queued")))


async def test_all_of_ones_own_that_failed_run_again_whatever_the_page(site: Gateway) -> None:
    ann, client = await site.user("Ann")
    bea, _ = await site.user("Bea")
    failed = await ended(site, ann, "failed", 70)
    with_failed_pages = await ended(site, ann, "completed", warnings={"page-2": {"code": "page_broken"}})
    await ended(site, ann, "completed")
    await ended(site, ann, "cancelled")
    await ended(site, bea, "failed")
    answer = await client.post("/api/jobs/all/retry-failed")
    assert answer.status_code == 202
    assert sorted(answer.json()["jobs"]) == sorted([*failed, *with_failed_pages])
    assert await queued(site) == {*failed, *with_failed_pages}
    again = await client.post("/api/jobs/all/retry-failed")
    assert again.json()["jobs"] == [], "what runs again has not failed"


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ({"pipeline": "text"}, "text"),
        ({"q": "SPECIAL"}, "special"),
        ({"state": "completed"}, "warned"),
        ({"state": "queued"}, ""),
    ],
)
async def test_the_lists_filters_say_which(site: Gateway, query: dict[str, str], chosen: str) -> None:
    ann, client = await site.user("Ann")
    made = {
        "text": await ended(site, ann, "failed"),
        "special": await ended(site, ann, "failed", searched_name="a special.pdf", pipeline="other"),
        "warned": await ended(
            site, ann, "completed", pipeline="other", warnings={"page-2": {"code": "page_broken"}}
        ),
    }
    answer = await client.post("/api/jobs/all/retry-failed", params=query)
    assert answer.json()["jobs"] == made.get(chosen, [])


async def test_admins_retry_everybodys_or_one_owners(site: Gateway) -> None:
    ann, anns = await site.user("Ann")
    bea, _ = await site.user("Bea")
    _, admins = await site.user("Root", is_admin=True)
    hers, other = await ended(site, ann, "failed"), await ended(site, bea, "failed")
    path = "/api/admin/jobs/all/retry-failed"
    assert (await anns.post(path)).status_code == 403
    assert (await anns.post("/api/jobs/all/retry-failed", params={"owner": bea.user_id})).status_code == 422
    assert (await admins.post(path, params={"owner": bea.user_id})).json()["jobs"] == other
    assert (await admins.post(path)).json()["jobs"] == hers
