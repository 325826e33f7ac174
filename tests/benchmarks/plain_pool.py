"""The peer of load: the same children, called for the same documents by a bare asyncio loop, without SQL and Redis.

`python -m tests.benchmarks.plain_pool SLOTS` answers each JSON line of its stdin with one, and ends with its stdin.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import orjson

from service.adapters.parent_death import dying_with_parent
from service.domain.json import JsonObject
from tests.benchmarks.measuring import Stopwatch
from workers.children.outcome import Limits
from workers.engines.ocr.choice import OcrEngines
from workers.engines.ocr.port import OcrRequest, PageToRead, Pixels
from workers.sandbox import Sandbox

_CHILD = "workers.engines.pdf.child"
_LIMITS = Limits(memory_bytes=1 << 30, item_seconds=60.0, total_seconds=600.0)
_DPI = 200


class PlainPool:
    """A pool that is ready."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def read(self, paths: list[str]) -> float:
        """Reads all of the documents; how many seconds that took."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        watch = Stopwatch()
        self._process.stdin.write(orjson.dumps(paths) + b"\n")
        answer = await self._process.stdout.readline()
        assert orjson.loads(answer)["documents"] == len(paths), answer
        return watch.seconds


@asynccontextmanager
async def plain_pool(slots: int) -> AsyncGenerator[PlainPool, None]:
    """Started, its template loaded; ended with the block."""
    process = await asyncio.create_subprocess_exec(
        *dying_with_parent([sys.executable, "-m", "tests.benchmarks.plain_pool", str(slots)]),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        yield PlainPool(process)
    finally:
        if process.returncode is None:
            assert process.stdin is not None
            process.stdin.close()
        await process.wait()


async def _serve(slots: int) -> None:
    sandbox = Sandbox(preload=[_CHILD])
    ocr = OcrEngines(slots=slots, threads=1)
    await sandbox.start()
    print("ready", flush=True)
    try:
        while line := await asyncio.to_thread(sys.stdin.readline):
            left: list[str] = orjson.loads(line)
            count = len(left)
            await asyncio.gather(*(_take(sandbox, ocr, left) for _ in range(slots)))
            print(orjson.dumps({"documents": count}).decode(), flush=True)
    finally:
        await ocr.close()
        await sandbox.close()


async def _take(sandbox: Sandbox, ocr: OcrEngines, left: list[str]) -> None:
    while left:
        await _read(sandbox, ocr, left.pop())


async def _read(sandbox: Sandbox, ocr: OcrEngines, path: str) -> None:
    """Inspection, then pages by their route; what comes is dropped."""
    async with sandbox.call(f"{_CHILD}:inspect", {"path": path}, _LIMITS) as items:
        routes: str = (await items.only())["routes"]
    numbers: dict[str, list[int]] = {"t": [], "o": []}
    for number, route in enumerate(routes, start=1):
        numbers[route].append(number)
    if numbers["t"]:
        call: JsonObject = {"path": path, "pages": numbers["t"]}
        async with sandbox.call(f"{_CHILD}:read_records", call, _LIMITS) as items:
            async for _ in items:
                pass
    for number in numbers["o"]:
        call = {"path": path, "pages": [number], "dpi": _DPI, "megapixels": 40}
        async with sandbox.call(f"{_CHILD}:render", call, _LIMITS) as items:
            drawn = await items.only()
        pixels = Pixels(drawn["blob"], drawn["width_px"], drawn["height_px"], drawn["channels"])
        page = PageToRead(number, drawn["width"], drawn["height"], drawn["rotation"], pixels)
        async for _ in ocr.choose().read(OcrRequest((page,), None, ("en",))):
            pass


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
