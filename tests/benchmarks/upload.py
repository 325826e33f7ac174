"""How fast files come in, and how much memory that takes.

The peer is a bare ASGI app under uvicorn with the same options that writes the body to a file and fsyncs it at the end.
Headway also finds the parts, hashes, looks at the type, writes the rows, and has file and folder on the disk before it
answers. Both take the same bytes from the same blocking sender. Memory is what is resident: the most while the files
stream in, over what was resident after a first upload.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from functools import partial

from tests.benchmarks.bare_app import bare_app
from tests.benchmarks.measuring import (
    Goal,
    Plan,
    Row,
    cpu_seconds,
    forget_peak,
    interleaved,
    median_row,
    memory_bytes,
)
from tests.benchmarks.served import File, Sent, Served, send, served

SPEED_GOAL = Goal(at_least=0.7)
MEMORY_GOAL = Goal(at_most=32)

_NAME = "upload"
_MEBIBYTE = 1 << 20
_MEGABYTE = 1_000_000
_STAGED = "pipeline=text&start=false&force=true"


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """Pairs of one large file, then one request of several."""
    size = plan.times(256, 32)
    bare_folder = plan.folder / "bare"
    bare_folder.mkdir()
    async with served(plan.folder / "up", workers=1) as up, bare_app(bare_folder) as (url, pid):
        gateway = await up.up.one("service.gateway")
        one = _file("one.pdf", size)
        await _ours(up, gateway, one)
        ours, peers = await interleaved(
            plan.times(7), partial(_ours, up, gateway, one), partial(_bare, url, pid, one)
        )
        speeds = [one.size / seconds / _MEGABYTE for seconds, _ in ours]
        bare = [one.size / seconds / _MEGABYTE for seconds, _ in peers]
        row = partial(median_row, _NAME)
        what = f"one file of {size} MiB"
        yield row(f"{what}: Headway", speeds, "MB/s", cpu=[cpu for _, cpu in ours])
        yield row(f"{what}: bare app", bare, "MB/s", cpu=[cpu for _, cpu in peers])
        yield row(
            f"{what}: Headway / bare",
            [a / b for a, b in zip(speeds, bare, strict=True)],
            "x",
            goal=SPEED_GOAL,
        )
        yield await _memory(plan, up, gateway)


async def _memory(plan: Plan, up: Served, gateway: int) -> Row:
    count, size = (2, 32) if plan.quick else (5, 410)
    idle = memory_bytes(gateway)
    forget_peak(gateway)
    before = cpu_seconds(gateway)
    sent = await up.upload(*(_file(f"{number}.pdf", size) for number in range(count)), query=_STAGED)
    peak = memory_bytes(gateway, "VmHWM")
    used = cpu_seconds(gateway) - before
    await _delete(up, sent)
    return Row(
        _NAME,
        f"gateway memory while {count} files of {size} MiB stream in, over idle",
        (peak - idle) / _MEBIBYTE,
        "MiB",
        MEMORY_GOAL,
        used,
        note=f"idle {idle / _MEBIBYTE:.0f} MiB, peak {peak / _MEBIBYTE:.0f} MiB",
    )


async def _ours(up: Served, gateway: int, file: File) -> tuple[float, float]:
    """Seconds and the gateway's CPU seconds; the document is deleted afterwards."""
    before = cpu_seconds(gateway)
    sent = await up.upload(file, query=_STAGED)
    used = cpu_seconds(gateway) - before
    await _delete(up, sent)
    return sent.seconds, used


async def _bare(url: str, pid: int, file: File) -> tuple[float, float]:
    before = cpu_seconds(pid)
    sent = await asyncio.to_thread(send, url, "/", [file], {})
    return sent.seconds, cpu_seconds(pid) - before


async def _delete(up: Served, sent: Sent) -> None:
    """A staged job has not ended, so it is cancelled first."""
    async with up.http() as http:
        for each in sent.answer["accepted"]:
            (await http.post(f"/api/jobs/{each['job_id']}/cancel")).raise_for_status()
            (await http.delete(f"/api/documents/{each['document_id']}")).raise_for_status()


def _file(name: str, mebibytes: int) -> File:
    """A PDF by its first bytes, then noise as compressed streams are: no two alike, and none held twice in memory."""
    noise = os.urandom(_MEBIBYTE)
    return File(name, [b"%PDF-1.7\n" + os.urandom(32), *([noise] * mebibytes)])
