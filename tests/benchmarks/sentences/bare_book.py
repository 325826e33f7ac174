"""The peer of speed: processes that turn a PDF into a table with the same engines, and do nothing else.

`python -m tests.benchmarks.sentences.bare_book` answers each JSON line of its stdin with one, and ends with its stdin.
There is no database, no queue, nobody who is told, no child that may be killed, and nothing that survives a power cut.
"""

import asyncio
import importlib
import sys
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from service.adapters.csv_lines import CsvForm
from service.adapters.parent_death import dying_with_parent
from service.adapters.sentence_files import CsvFile, JsonFile, SentenceFile, TxtFile, XlsxFile
from service.domain.json import JsonObject
from service.domain.sentences import how_many, tidied
from service.protocol.page_record import page_records
from tests.benchmarks.measuring import Stopwatch, cpu_seconds
from workers.engines.page import Page
from workers.engines.prose.chunks import Chunk, chunks_of, size_for
from workers.engines.prose.joining import Joining
from workers.engines.prose.margins import Edges, margins_of
from workers.engines.prose.pieces import in_pieces
from workers.engines.prose.seams import Row, Seams, own_sentences
from workers.engines.prose.sentences import sentences_of
from workers.pipelines.page_models import page_of

FEWEST_WORDS, MOST_WORDS = 2, 8
_PAGES_A_RANGE = 40


@dataclass(frozen=True)
class Made:
    """What a book took so many processes together; `shared` is what of it several can do side by side."""

    sentences: int
    seconds: float
    shared: float
    cpu_seconds: float


class BareProcesses:
    """Ready, their modules loaded. Each takes the next part when it has done one."""

    def __init__(self, processes: Sequence[asyncio.subprocess.Process], folder: Path) -> None:
        self._processes = processes
        self._folder = folder

    async def make(self, path: Path, pages: int, processes: int) -> Made:
        """Reads the book and rewrites its chunks in so many of the processes, then one of them puts them together."""
        taking = self._processes[:processes]
        before, watch = self._cpu(), Stopwatch()
        numbers = list(range(1, pages + 1))
        ranges = [numbers[at : at + _PAGES_A_RANGE] for at in range(0, pages, _PAGES_A_RANGE)]
        read = await _shared(
            taking, [self._task("read", at, path=str(path), pages=each) for at, each in enumerate(ranges)]
        )
        edges = [edge for answer in read for edge in answer["edges"]]
        chunks = chunks_of(numbers, size_for(pages))
        texts = [answer["into"] for answer in read]
        rewritten = await _shared(
            taking,
            [
                self._task("rewrite", at, chunk=each.json(), texts=_texts(texts, each), edges=edges)
                for at, each in enumerate(chunks)
            ],
        )
        shared = watch.seconds
        parts = [answer["into"] for answer in rewritten]
        (merged,) = await _shared(taking[:1], [self._task("merge", 0, parts=parts)])
        return Made(merged["sentences"], watch.seconds, shared, self._cpu() - before)

    def _task(self, what: str, number: int, **given: object) -> JsonObject:
        return {"what": what, "into": str(self._folder / f"{what}-{number}"), **given}

    def _cpu(self) -> float:
        return sum(cpu_seconds(process.pid) for process in self._processes)


@asynccontextmanager
async def bare_processes(count: int, folder: Path) -> AsyncGenerator[BareProcesses, None]:
    """So many, started; ended with the block. What they make lies in the folder."""
    folder.mkdir()
    command = dying_with_parent([sys.executable, "-m", "tests.benchmarks.sentences.bare_book"])
    async with AsyncExitStack() as stack:
        processes = list[asyncio.subprocess.Process]()
        for _ in range(count):
            process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 26
            )
            stack.push_async_callback(_end, process)
            assert process.stdout is not None
            assert await process.stdout.readline() == b"ready\n"
            processes.append(process)
        yield BareProcesses(processes, folder)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()


async def _shared(
    processes: Sequence[asyncio.subprocess.Process], tasks: Sequence[JsonObject]
) -> list[JsonObject]:
    """The answers, in the order of the tasks."""
    left, answers = list(enumerate(tasks)), dict[int, JsonObject]()

    async def work(process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        while left:
            at, task = left.pop(0)
            process.stdin.write(orjson.dumps(task) + b"\n")
            answers[at] = orjson.loads(await process.stdout.readline())

    await asyncio.gather(*map(work, processes))
    return [answers[at] for at in range(len(tasks))]


def _texts(texts: Sequence[str], chunk: Chunk) -> list[str]:
    first = chunk.pages[0] if chunk.before is None else chunk.before
    return list(texts[(first - 1) // _PAGES_A_RANGE : (chunk.pages[-1] - 1) // _PAGES_A_RANGE + 1])


def _read(task: JsonObject) -> JsonObject:
    """Pages as Headway's child reads them."""
    from workers.engines.pdf.child import read_records

    edges = list[JsonObject]()
    with Path(task["into"]).open("wb") as written:
        for item in read_records(task["path"], task["pages"]):
            written.write(item["blob"])
            edges += [Edges.of(page_of(record.page())).json() for record in page_records(item["blob"])]
    return {"into": task["into"], "edges": edges}


def _rewrite(task: JsonObject) -> JsonObject:
    """A chunk's sentences, and what they become."""
    chunk = Chunk.from_json(task["chunk"])
    wanted = {chunk.before, *chunk.pages}
    pages = list[Page]()
    for path in task["texts"]:
        records = page_records(Path(path).read_bytes())
        pages += [page_of(record.page()) for record in records if record.number in wanted]
    left_out = margins_of(map(Edges.from_json, task["edges"]))
    near = chunk.pages[min(2, len(chunk.pages)) - 1]
    rows = list[bytes]()
    for sentence in own_sentences(sentences_of(pages, left_out), chunk):
        short = in_pieces(sentence.text, MOST_WORDS)
        rows.append(orjson.dumps(Row.of(sentence, short, is_near_seam=sentence.start[0] <= near).json()))
    Path(task["into"]).write_bytes(b"\n".join(rows))
    return {"into": task["into"]}


def _merge(task: JsonObject) -> JsonObject:
    """The chunks in one table, and that in its files."""
    seams, joining = Seams(MOST_WORDS), Joining(FEWEST_WORDS, MOST_WORDS)
    files: dict[str, SentenceFile] = {
        "csv": CsvFile(CsvForm()),
        "xlsx": XlsxFile(),
        "txt": TxtFile(paragraphs=False),
        "json": JsonFile({}, {}),
    }
    rows, sentences = list[JsonObject](), 0
    for number, path in enumerate(task["parts"], start=1):
        part = [Row.from_json(orjson.loads(line), number) for line in Path(path).read_bytes().splitlines()]
        for row in (*joining.take(seams.take(part)), *(joining.rest() if path == task["parts"][-1] else ())):
            sentences += 1
            rows += _told(row, sentences, len(rows))
    for form, file in files.items():
        Path(f"{task['into']}.{form}").write_bytes(file.head() + file.rows(rows) + file.tail())
    return {"sentences": sentences}


def _told(row: Row, sentence: int, before: int) -> Iterator[JsonObject]:
    for at, piece in enumerate(row.pieces):
        text = tidied(piece)
        yield {
            "id": f"{row.start[0]}:{row.start[1]}:{at}",
            "number": before + at + 1,
            "chunk": row.chunk,
            "text": text,
            "words": how_many(text),
            "page": row.start[0],
            "sentence": sentence,
            "opens": row.opens and at == 0,
            "spoken": row.is_spoken,
            "source": row.text,
        }


_DO: dict[str, Callable[[JsonObject], JsonObject]] = {"read": _read, "rewrite": _rewrite, "merge": _merge}


def _answer_all() -> None:
    # Loaded before anything is measured, as Headway's children have it.
    importlib.import_module("workers.engines.pdf.child")
    print("ready", flush=True)
    for line in sys.stdin:
        task: JsonObject = orjson.loads(line)
        print(orjson.dumps(_DO[task["what"]](task)).decode(), flush=True)


if __name__ == "__main__":
    _answer_all()
