"""Commands to lists and to the whole queue over HTTP, and who may give them."""

import pytest

from service.domain.json import JsonObject
from tests.support.http_gateway import PDF, Gateway, files

pytestmark = pytest.mark.anyio


async def test_all_of_ones_own_are_paused_resumed_and_cancelled_by_the_lists_filters(site: Gateway) -> None:
    (_, ann), (_, bea) = await site.user("Ann"), await site.user("Bea")
    sent = files(*((f"{name}.pdf", PDF + name.encode()) for name in ("one", "two", "three")))
    jobs = [each["job_id"] for each in (await ann.post("/api/uploads", files=sent)).json()["accepted"]]
    other = (await bea.post("/api/uploads", files=files(("hers.pdf", PDF)))).json()["accepted"][0]["job_id"]
    paused = await ann.post("/api/jobs/all/pause?q=two", json={"stop": True})
    assert (paused.status_code, paused.json()) == (202, {"jobs": [jobs[1]]})
    cancelled = (await ann.post("/api/jobs/all/cancel?state=queued")).json()["jobs"]
    assert cancelled == [jobs[0], jobs[2]]
    assert (await ann.post("/api/jobs/all/resume")).json() == {"jobs": [jobs[1]]}
    assert (await ann.post("/api/jobs/all/cancel")).json() == {"jobs": [jobs[1]]}
    assert (await bea.get(f"/api/jobs/{other}")).json()["value"]["state"] == "queued"
    assert (await ann.post("/api/jobs/all/cancel?owner=me")).status_code == 422


async def test_admins_cancel_whosesoever_jobs_and_it_is_shown_who_did(site: Gateway) -> None:
    (ann_actor, ann), (_, root) = await site.user("Ann"), await site.user("Root", is_admin=True)
    job_id = (await ann.post("/api/uploads", files=files(("a.pdf", PDF)))).json()["accepted"][0]["job_id"]
    assert (await ann.post("/api/admin/jobs/all/cancel")).status_code == 403
    answer = await root.post(f"/api/admin/jobs/all/cancel?owner={ann_actor.user_id}")
    assert answer.json() == {"jobs": [job_id]}
    value = (await ann.get(f"/api/jobs/{job_id}")).json()["value"]
    assert (value["state"], value["cancelled_by"]) == ("cancelled", "Root")


async def test_only_admins_pause_the_queue_and_all_admins_see_it(site: Gateway) -> None:
    (_, ann), (_, root) = await site.user("Ann"), await site.user("Root", is_admin=True)
    assert (await ann.post("/api/admin/queue/pause")).status_code == 403
    answer = await root.post("/api/admin/queue/pause", json={"stop": True})
    assert (answer.status_code, answer.json()["paused"]["by"]) == (202, "Root")
    await ann.post("/api/uploads", files=files(("a.pdf", PDF)))
    told: JsonObject = (await root.get("/api/admin/workers")).json()
    assert told["queue"]["paused"] == answer.json()["paused"]
    assert [each["waits_for"]["code"] for each in told["waits"]["jobs"].values()] == ["queue_paused"]
    assert (await root.post("/api/admin/queue/resume")).json() == {"paused": None}
    assert (await root.get("/api/admin/workers")).json()["queue"]["paused"] is None


async def test_a_batch_is_paused_and_resumed(site: Gateway) -> None:
    _, ann = await site.user("Ann")
    sent = (await ann.post("/api/uploads", files=files(("a.pdf", PDF), ("b.pdf", PDF + b"b")))).json()
    jobs = [each["job_id"] for each in sent["accepted"]]
    batch = f"/api/batches/{sent['batch_id']}"
    assert (await ann.post(f"{batch}/pause")).json() == {"jobs": jobs}
    assert (await ann.get(batch)).json()["counts"]["paused"] == 2
    assert (await ann.post(f"{batch}/resume")).json() == {"jobs": jobs}
    _, bea = await site.user("Bea")
    assert (await bea.post(f"{batch}/pause")).status_code == 404


async def test_high_priority_is_for_admins_in_uploads_and_afterwards(site: Gateway) -> None:
    (_, ann), (_, root) = await site.user("Ann"), await site.user("Root", is_admin=True)
    refused = await ann.post("/api/uploads?priority=high", files=files(("a.pdf", PDF)))
    assert (refused.status_code, refused.json()["code"]) == (403, "high_for_admins")
    sent = await ann.post("/api/uploads?priority=low", files=files(("a.pdf", PDF)))
    job_id = sent.json()["accepted"][0]["job_id"]
    for client, priority, status in ((ann, "high", 403), (ann, "urgent", 422), (root, "high", 202)):
        answer = await client.post(f"/api/jobs/{job_id}/priority", json={"priority": priority})
        assert answer.status_code == status
    assert (await ann.get(f"/api/jobs/{job_id}")).json()["value"]["priority"] == "high"
