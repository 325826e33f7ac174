"""Who may do what: tokens, cookies, codes, origins, and what belongs to somebody else."""

from typing import Any

import httpx
import pytest

from service.adapters.records import accounts
from service.domain.ids import new_id
from service.gateway.auth import COOKIE
from service.gateway.origins import Origins
from tests.support.http_gateway import BASE, LOCAL_TOKEN, PDF, Gateway, files

pytestmark = pytest.mark.keys_may_stay("headway:steps", "headway:images")


async def signed_in(site: Gateway, **options: Any) -> httpx.AsyncClient:
    """A page that has swapped a link's code for its cookie."""
    local = site.client(LOCAL_TOKEN)
    link = (await local.post("/api/session/links")).json()["url"]
    page = site.client(**options)
    answer = await page.post("/api/session", json={"code": link.partition("#code=")[2]})
    assert answer.status_code == 204
    return page


async def test_a_link_becomes_a_cookie_once(site: Gateway) -> None:
    local = site.client(LOCAL_TOKEN)
    made = await local.post("/api/session/links")
    assert made.status_code == 201
    assert made.json()["url"].startswith(f"{BASE}/#code=")
    code = made.json()["url"].partition("#code=")[2]
    page = site.client(headers={"Origin": BASE})
    answer = await page.post("/api/session", json={"code": code})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/" in cookie
    assert "Max-Age=7776000" in cookie
    assert "Secure" not in cookie
    session = (await page.get("/api/session")).json()
    assert session["user"] == {"id": site.local.user_id, "name": "local", "role": "admin"}
    assert session["limits"]["accepts"] == [".markdown", ".md", ".pdf", ".png", ".txt"]
    again = await site.client().post("/api/session", json={"code": code})
    assert (again.status_code, again.json()["code"]) == (401, "code_used")
    assert (await page.delete("/api/session")).status_code == 204
    assert (await page.get("/api/session")).status_code == 401


async def test_a_session_that_was_ended_is_dead_for_who_copied_its_cookie(sqlite_site: Gateway) -> None:
    page = await signed_in(sqlite_site, headers={"Origin": BASE})
    copied = page.cookies[COOKIE]
    await page.delete("/api/session")
    thief = sqlite_site.client(cookies={COOKIE: copied})
    assert (await thief.get("/api/session")).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer " + "x" * 10_000},
        {"Authorization": f"Basic {LOCAL_TOKEN}"},
        {"Authorization": LOCAL_TOKEN},
        {"Cookie": f"{COOKIE}={LOCAL_TOKEN}"},
        {"Cookie": f"{COOKIE}="},
    ],
)
async def test_without_valid_credentials_nothing_is_told(
    sqlite_site: Gateway, headers: dict[str, str]
) -> None:
    client = sqlite_site.client(headers=headers)
    for path in ("/api/session", "/api/jobs", "/api/pipelines", "/api/admin/jobs", f"/api/jobs/{new_id()}"):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "sign_in")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    upload = await client.post("/api/uploads", files=files(("a.pdf", PDF)))
    assert upload.status_code == 401
    assert sqlite_site.blobs() == []


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", f"{BASE}.evil.example", "file://"])
async def test_a_cookie_does_nothing_for_another_sites_page(sqlite_site: Gateway, origin: str | None) -> None:
    page = await signed_in(sqlite_site)
    headers = {} if origin is None else {"Origin": origin}
    for method, path in (
        ("POST", "/api/batches"),
        ("DELETE", "/api/session"),
        ("POST", "/api/session/links"),
        ("POST", "/api/uploads"),
    ):
        answer = await page.request(method, path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "bad_origin")
    assert (await page.get("/api/jobs", headers=headers)).status_code == 200, "reading is for CORS to refuse"
    assert "access-control-allow-origin" not in (await page.get("/api/jobs", headers=headers)).headers
    assert (await page.post("/api/batches", headers={"Origin": BASE})).status_code == 201


async def test_a_foreign_page_cannot_sign_somebody_in(sqlite_site: Gateway) -> None:
    local = sqlite_site.client(LOCAL_TOKEN)
    code = (await local.post("/api/session/links")).json()["url"].partition("#code=")[2]
    evil = sqlite_site.client(headers={"Origin": "https://evil.example"})
    assert (await evil.post("/api/session", json={"code": code})).status_code == 403


def test_origins_are_compared_whole() -> None:
    origins = Origins("https://headway.example", ("https://partner.example:8443",))
    assert origins.allows("https://headway.example", "internal:8000")
    assert origins.allows("https://partner.example:8443", "internal:8000")
    assert origins.allows("http://localhost:8000", "localhost:8000")
    assert not origins.allows("https://partner.example", "internal:8000")
    assert not origins.allows("http://localhost:8001", "localhost:8000")
    assert not origins.allows("http://localhost:8000", None)
    assert not origins.allows("http://[", "localhost:8000")


async def test_a_job_of_somebody_else_is_not_there_but_for_an_admin(site: Gateway) -> None:
    _, anns = await site.user("Ann")
    _, bens = await site.user("Ben")
    _, admins = await site.user("Root", is_admin=True)
    told = (await anns.post("/api/uploads", files=files(("a.pdf", PDF)))).json()
    job, batch = f"/api/jobs/{told['accepted'][0]['job_id']}", f"/api/batches/{told['batch_id']}"
    document = f"/api/documents/{told['accepted'][0]['document_id']}"
    reads = (job, f"{job}/artifacts/text.txt", f"{job}/pages/1", f"{job}/estimate", batch, document)
    for path in (*reads, f"{batch}/artifacts.zip", f"{document}/content", f"{document}/pages/1.png"):
        assert (await bens.get(path)).json()["code"] == "not_found", path
    for path in (*(f"{job}/{each}" for each in ("start", "cancel", "pause", "resume", "retry")),):
        assert (await bens.post(path)).status_code == 404, path
    answer = await bens.post(f"{job}/answer", json={"question_id": "q", "answer": {}})
    assert answer.status_code == 404
    for path in (f"{batch}/cancel", f"{batch}/retry-failed"):
        assert (await bens.post(path)).status_code == 404, path
    assert (await bens.delete(document)).status_code == 404
    joined = await bens.post("/api/uploads", params={"batch": told["batch_id"]}, files=files(("b.pdf", PDF)))
    assert joined.status_code == 404
    assert (await bens.post("/api/batches", json={"id": told["batch_id"]})).json()["code"] == "batch_taken"
    assert (await bens.get("/api/jobs")).json()["items"] == []
    assert (await admins.get(job)).status_code == 200
    assert (await admins.get(batch)).status_code == 200
    assert (await admins.post(f"{job}/cancel")).json()["state"] == "cancelled"
    assert (await anns.get(job)).json()["value"]["cancelled_by"] == "Root"


async def test_only_admins_see_what_is_for_admins(sqlite_site: Gateway) -> None:
    _, anns = await sqlite_site.user("Ann")
    _, admins = await sqlite_site.user("Root", is_admin=True)
    await anns.post("/api/uploads", files=files(("a.pdf", PDF)))
    for method, path in (
        ("GET", "/api/admin/jobs"),
        ("GET", "/api/admin/workers"),
        ("POST", "/api/admin/jobs/cancel"),
        ("POST", "/api/admin/jobs/retry"),
    ):
        answer = await anns.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    (job,) = (await admins.get("/api/admin/jobs")).json()["items"]
    assert job["owner"] == "Ann"
    done = await admins.post("/api/admin/jobs/cancel", json={"ids": [job["id"], new_id()]})
    assert (done.status_code, done.json()) == (202, {"jobs": [job["id"]]})
    assert set((await admins.get("/api/admin/workers")).json()) >= {"workers", "queue", "engines"}


async def test_a_token_that_is_forgotten_is_refused_at_once(sqlite_site: Gateway) -> None:
    ann, client = await sqlite_site.user("Ann")
    async with sqlite_site.db.writing() as session:
        other = await accounts.make_token(session, ann.user_id)
    assert (await sqlite_site.client(other).get("/api/session")).status_code == 200
    async with sqlite_site.db.writing() as session:
        await accounts.forget(session, other)
    assert (await sqlite_site.client(other).get("/api/session")).status_code == 401
    assert (await client.get("/api/session")).status_code == 200
