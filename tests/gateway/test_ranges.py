"""Stored files are had in parts, so that a download that broke off goes on, and only of the same file."""

import httpx
import pytest

from tests.gateway.test_results import job_with
from tests.support.http_gateway import LOCAL_TOKEN, PDF, Gateway

pytestmark = pytest.mark.keys_may_stay("headway:steps", "headway:images")

MADE = bytes(range(256)) * 4000
"""More than one piece of the store."""
SIZE = len(MADE)


async def result(site: Gateway) -> tuple[httpx.AsyncClient, str]:
    """The address of a stored result."""
    client = site.client(LOCAL_TOKEN)
    job = await job_with(site, client, "a.pdf", made_bin=MADE)
    return client, f"/api/jobs/{job['job_id']}/artifacts/made.bin"


@pytest.mark.parametrize(
    ("asked", "first", "end"),
    [
        ("bytes=0-", 0, SIZE),
        ("bytes=0-0", 0, 1),
        ("bytes=5-9", 5, 10),
        ("bytes=300000-999999999999999999", 300_000, SIZE),
        ("bytes=-1", SIZE - 1, SIZE),
        ("bytes=-99999999999", 0, SIZE),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
        ("bytes = 700000 - ", 700_000, SIZE),
    ],
)
async def test_the_part_that_is_asked_for_is_sent(
    sqlite_site: Gateway, asked: str, first: int, end: int
) -> None:
    client, path = await result(sqlite_site)
    answer = await client.get(path, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, MADE[first:end])
    assert answer.headers["Content-Range"] == f"bytes {first}-{end - 1}/{SIZE}"
    assert answer.headers["Content-Length"] == str(end - first)
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=9-5",
        "bytes=-",
        "bytes=",
        "bytes=a-b",
        "bytes=0-1,3-4",
        "items=0-1",
        "bytes=+1-2",
        "bytes=\u0661-\u0662".encode(),
        "bytes=0-" + "9" * 5000,
        "bytes=0x1-0x2",
    ],
)
async def test_what_is_no_single_range_has_the_whole_file(sqlite_site: Gateway, asked: str | bytes) -> None:
    client, path = await result(sqlite_site)
    answer = await client.get(path, headers={b"Range": asked if isinstance(asked, bytes) else asked.encode()})
    assert (answer.status_code, answer.content) == (200, MADE)
    assert answer.headers["Accept-Ranges"] == "bytes" and "Content-Range" not in answer.headers


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0"])
async def test_a_part_behind_the_end_is_a_problem_that_tells_the_size(
    sqlite_site: Gateway, asked: str
) -> None:
    client, path = await result(sqlite_site)
    answer = await client.get(path, headers={"Range": asked})
    assert (answer.status_code, answer.json()["code"]) == (416, "range_beyond")
    assert answer.headers["Content-Range"] == f"bytes */{SIZE}"


async def test_only_the_same_file_is_gone_on_with(site: Gateway) -> None:
    client, path = await result(site)
    whole = await client.get(path)
    etag = whole.headers["ETag"]
    half = {"Range": f"bytes={SIZE // 2}-"}
    rest = await client.get(path, headers={**half, "If-Range": etag})
    assert (rest.status_code, rest.content, rest.headers["ETag"]) == (206, MADE[SIZE // 2 :], etag)
    _, other = await result(site)
    assert (await client.get(other)).headers["ETag"] != etag
    for validator in ('"another"', f"W/{etag}", etag.strip('"'), "Wed, 21 Oct 2026 07:28:00 GMT", ""):
        answer = await client.get(path, headers={**half, "If-Range": validator})
        assert (answer.status_code, len(answer.content)) == (200, SIZE), validator


async def test_the_original_is_had_in_parts_by_nobody_else(site: Gateway) -> None:
    client = site.client(LOCAL_TOKEN)
    job = await job_with(site, client, "a.pdf")
    path = f"/api/documents/{job['document_id']}/content"
    answer = await client.get(path, headers={"Range": "bytes=5-7"})
    assert (answer.status_code, answer.content) == (206, PDF[5:8])
    _, stranger = await site.user("Eve")
    assert (await stranger.get(path, headers={"Range": "bytes=5-7"})).status_code == 404


async def test_a_file_of_no_bytes_has_no_part(sqlite_site: Gateway) -> None:
    client = sqlite_site.client(LOCAL_TOKEN)
    job = await job_with(sqlite_site, client, "a.pdf", made_bin=b"")
    path = f"/api/jobs/{job['job_id']}/artifacts/made.bin"
    assert (await client.get(path)).content == b""
    assert (await client.get(path, headers={"Range": "bytes=0-"})).status_code == 416


async def test_asking_for_the_head_of_a_part_tells_of_the_whole(sqlite_site: Gateway) -> None:
    client, path = await result(sqlite_site)
    answer = await client.head(path, headers={"Range": "bytes=5-7"})
    assert (answer.status_code, answer.headers["Content-Length"]) == (200, str(SIZE))
