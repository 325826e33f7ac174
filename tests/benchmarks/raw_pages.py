"""The peer of reading documents: processes that call PyMuPDF or pypdf themselves, and do nothing else.

`python -m tests.benchmarks.raw_pages` answers each JSON line of its stdin with one, and ends with its stdin.
"""

import asyncio
import importlib
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import orjson

from service.adapters.parent_death import dying_with_parent
from service.domain.json import JsonObject
from tests.benchmarks.measuring import Stopwatch, cpu_seconds

Ranges = Sequence[tuple[str, int, int]]
"""Path, first page and the page after the last, counted from 0."""


@dataclass(frozen=True)
class Read:
    """What it took all processes together to read so many pages."""

    pages: int
    seconds: float
    cpu_seconds: float


class RawReaders:
    """So many processes, their library loaded. Each takes the next range when it has read one."""

    def __init__(self, processes: Sequence[asyncio.subprocess.Process]) -> None:
        self._processes = processes

    def __len__(self) -> int:
        return len(self._processes)

    async def read(self, way: str, ranges: Ranges) -> Read:
        """Reads all of the ranges in one of the `WAYS`."""
        left = list(ranges)
        before, watch = self._cpu(), Stopwatch()
        await asyncio.gather(*(self._work(process, way, left) for process in self._processes))
        return Read(sum(end - start for _, start, end in ranges), watch.seconds, self._cpu() - before)

    async def _work(
        self, process: asyncio.subprocess.Process, way: str, left: list[tuple[str, int, int]]
    ) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        while left:
            path, start, end = left.pop(0)
            process.stdin.write(orjson.dumps({"way": way, "path": path, "start": start, "end": end}) + b"\n")
            answer = await process.stdout.readline()
            assert answer.strip() == b'{"pages":%d}' % (end - start), f"a raw reader answered {answer!r}"

    def _cpu(self) -> float:
        return sum(cpu_seconds(process.pid) for process in self._processes)


@asynccontextmanager
async def raw_readers(count: int) -> AsyncGenerator[RawReaders, None]:
    """Started and warm; ended with the block."""
    command = dying_with_parent([sys.executable, "-m", "tests.benchmarks.raw_pages"])
    processes = [
        await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        for _ in range(count)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            assert await process.stdout.readline() == b"ready\n"
        yield RawReaders(processes)
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
            await process.wait()


def split(path: str, pages: int, parts: int) -> list[tuple[str, int, int]]:
    """A document's pages in as many ranges."""
    bounds = [pages * part // parts for part in range(parts + 1)]
    return [(path, bounds[part], bounds[part + 1]) for part in range(parts)]


def same_calls(path: str, start: int, end: int) -> None:
    """The calls to MuPDF that Headway's engine makes for these pages: inspection of each, structured text with boxes
    as JSON, rotation. What they return is dropped, unread."""
    from workers.engines.pdf.child import inspect
    from workers.engines.pdf.mupdf import mupdf, pymupdf
    from workers.engines.pdf.structured import FLAGS, SCALE

    if start == 0:
        next(inspect(path))
    options = mupdf.FzStextOptions()
    options.flags = FLAGS
    with pymupdf.open(path, filetype="pdf") as document:
        for number in range(start, end):
            page = mupdf.fz_load_page(document.this, number)
            mupdf.fz_bound_page(page)
            text_page = mupdf.FzStextPage(page, options)
            buffer = mupdf.FzBuffer(1 << 14)
            output = mupdf.FzOutput(buffer)
            mupdf.fz_print_stext_page_as_json(output, text_page, SCALE)
            output.fz_close_output()
            mupdf.fz_buffer_extract(buffer)
            tree = mupdf.pdf_document_from_fz_document(document.this)
            entry = mupdf.pdf_lookup_page_obj(tree, number)
            mupdf.pdf_to_int(mupdf.pdf_dict_get_inheritable(entry, mupdf.pdf_new_name("Rotate")))


def _get_text(form: str) -> Callable[[str, int, int], None]:
    def read(path: str, start: int, end: int) -> None:
        from workers.engines.pdf.mupdf import pymupdf

        with pymupdf.open(path) as document:
            for number in range(start, end):
                document[number].get_text(form)

    return read


def _by_pypdf(path: str, start: int, end: int) -> None:
    from pypdf import PdfReader

    reader = PdfReader(path)
    for number in range(start, end):
        reader.pages[number].extract_text()


WAYS: dict[str, Callable[[str, int, int], None]] = {
    "same calls, unread": same_calls,
    'get_text("dict")': _get_text("dict"),
    'get_text("text")': _get_text("text"),
    "pypdf": _by_pypdf,
}


def _answer_all() -> None:
    # Loaded before anything is measured, as Headway's children have it.
    importlib.import_module("workers.engines.pdf.child")
    print("ready", flush=True)
    for line in sys.stdin:
        asked: JsonObject = orjson.loads(line)
        WAYS[asked["way"]](asked["path"], asked["start"], asked["end"])
        print(orjson.dumps({"pages": asked["end"] - asked["start"]}).decode(), flush=True)


if __name__ == "__main__":
    _answer_all()
