"""A whole Headway whose files are all in object storage: nothing of a document stays on its disk."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.support.headway_process import RunningHeadway, started_up
from tests.support.pdf_files import scanned_pdf, text_pdf
from tests.support.s3_server import S3Bucket

pytestmark = pytest.mark.anyio


@pytest.fixture
async def up(
    bucket: S3Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RunningHeadway]:
    for name, value in bucket.variables().items():
        monkeypatch.setenv(name, value)
    running = await started_up(tmp_path, HEADWAY_WORKERS="2", **bucket.variables())
    yield running
    running.kill()


def copies(up: RunningHeadway) -> list[Path]:
    found = (up.data_dir / "copies").rglob("*")
    return [path for path in found if path.is_file() and path.suffix != ".lock"]


async def test_documents_come_in_are_read_and_their_results_go_out(
    up: RunningHeadway, bucket: S3Bucket, tmp_path: Path
) -> None:
    paths = [tmp_path / "book.pdf", tmp_path / "page.html", tmp_path / "scan.pdf"]
    paths[0].write_bytes(text_pdf("the first page", "the second page"))
    paths[1].write_bytes(b"<p>a page of the web")
    paths[2].write_bytes(scanned_pdf("words on a scan"))
    assert await up.upload(*paths) == 0, up.said()
    stored = bucket.objects()
    assert {path.read_bytes() for path in paths} <= set(stored.values()), "the originals"
    assert not (up.data_dir / "blobs").exists()
    assert copies(up), "workers have read them from copies"

    token = (up.data_dir / "token").read_text().strip()
    async with httpx.AsyncClient(base_url=up.url, headers={"Authorization": f"Bearer {token}"}) as client:
        jobs = (await client.get("/api/jobs")).json()["items"]
        book = next(job for job in jobs if job["name"] == "book.pdf")
        text = await client.get(f"/api/jobs/{book['id']}/artifacts/text.txt")
        assert "the second page" in text.text
        assert text.content in stored.values()
        image = await client.get(f"/api/documents/{book['document_id']}/pages/2.png?width=200")
        assert image.content.startswith(b"\x89PNG")
        original = await client.get(f"/api/documents/{book['document_id']}/content")
        assert original.content == paths[0].read_bytes()
        assert (await client.delete(f"/api/documents/{book['document_id']}")).status_code == 204
    assert not {paths[0].read_bytes(), text.content, image.content} & set(bucket.objects().values())

    told = await asyncio.to_thread(up.run, "doctor")
    assert f"{bucket.url} takes, gives, lists and deletes" in " ".join(told.stdout.split())
    told = await asyncio.to_thread(up.run, "doctor", "--storage", "--sums")
    assert "Every row has its blob" in told.stdout, told.stdout
    up.interrupt()
    assert await up.ended(15) == 0
    assert (bucket.parts(), copies(up)) == ([], []), (
        "nothing is left half done, and no copy outlives its process"
    )
