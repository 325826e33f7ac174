"""`headway serve` and `headway worker`, started apart, are one Headway by what they share."""

import asyncio
import signal
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.headway_process import COMMAND, environment, gone, run_here
from tests.support.pdf_files import text_pdf, words
from tests.support.ports import free_port
from tests.support.s3_server import S3Bucket
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

TOKEN = "hw_0123456789abcdef"


@pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("files_are_in", ["folder", "bucket"])
async def test_parts_started_apart_work_together_and_stop_when_told(
    tmp_path: Path, redis_url: str, empty_database_url: str, files_are_in: str, bucket: S3Bucket
) -> None:
    """In a bucket, they need not share a disk."""
    port = free_port()
    settings = environment(
        HEADWAY_REDIS_URL=redis_url,
        HEADWAY_DATABASE_URL=empty_database_url,
        HEADWAY_DATA_DIR=str(tmp_path / "data"),
        HEADWAY_TOKEN=TOKEN,
        **(bucket.variables() if files_are_in == "bucket" else {}),
    )
    document = tmp_path / "letter.pdf"
    document.write_bytes(text_pdf(words(50)))
    arguments = ("--server", f"http://127.0.0.1:{port}", "--token", TOKEN)

    async def uploaded() -> subprocess.CompletedProcess[str] | None:
        told = await asyncio.to_thread(run_here, "upload", str(document), "--watch", *arguments)
        return None if told.returncode == 3 or "headway worker" in told.stderr else told

    with ExitStack() as ending:
        parts = [
            ending.enter_context(subprocess.Popen([*COMMAND, *part], env=settings, start_new_session=True))
            for part in (("serve", "--port", str(port)), ("worker", "--workers", "1"))
        ]
        for part in parts:
            ending.callback(part.kill)
        told = await until(uploaded, "both parts are there")
        assert told is not None
        assert told.returncode == 0, told.stderr
        for part in parts:
            part.send_signal(signal.SIGTERM)
        await until(lambda: all(part.poll() == 0 for part in parts), "both have ended well")
        await gone({part.pid for part in parts})
    is_in_bucket = document.read_bytes() in bucket.objects().values()
    assert is_in_bucket == (files_are_in == "bucket") != (tmp_path / "data" / "blobs").exists()
