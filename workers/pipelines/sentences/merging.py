"""Phase Merging: the chunks become one table; what two of them give is in it once."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence

import orjson

from service.adapters.sentence_table import ROWS_A_MARK, Mark, row_id
from service.domain.json import JsonObject
from service.domain.message import Message
from service.domain.sentences import how_many, tidied
from service.domain.work import PastWork, StepDone
from workers.engines.failures import DocumentRefused
from workers.engines.prose.joining import Joining
from workers.engines.prose.seams import Row, Seams
from workers.pipelines.declaration import StepContext
from workers.pipelines.sentences.costs import MERGED_PAGE, MERGING
from workers.watch import Watch


async def merge(context: StepContext) -> StepDone:
    """Writes a line of JSON for each short sentence, in the order of the book."""
    context.report.began(context.cost)
    watch = Watch()
    done = chunks_done(context.before)
    context.report.detail(Message("detail", "merging", {"chunks": len(done)}))
    if not done:
        raise DocumentRefused("all_chunks_failed")
    options, table = context.options, _Table(tidy=not context.options.preserve_formatting)
    seams, joining = Seams(options.max_words), Joining(options.min_words, options.max_words)
    async with context.blobs.writer(context.output_key) as writer:
        for chunk in done:
            rows = await _rows(context, chunk)
            await writer.write(await asyncio.to_thread(table.lines, joining.take(seams.take(rows))))
        await writer.write(table.lines(joining.rest()))
        await writer.commit()
    if not table.rows:
        raise DocumentRefused("no_sentences")
    context.report.worked(context.cost)
    pages = sum(len(each.input["pages"]) for each in done)
    return StepDone(
        output={
            "sentences": table.sentences,
            "rows": table.rows,
            "chunks": {str(chunk): rows for chunk, rows in table.chunks.items()},
            "marks": [each.json() for each in table.marks],
        },
        output_blob=context.output_key,
        result={"sentences": table.rows},
        spent=(context.tools.costs.measured(MERGING, MERGED_PAGE, pages, watch.milliseconds),),
    )


def chunks_done(before: Sequence[PastWork]) -> list[PastWork]:
    """The chunks that were rewritten, in the order of the book; what was tried again counts once."""
    done = {
        each.output["chunk"]: each
        for each in before
        if "chunk" in each.output and each.output_blob is not None
    }
    return [done[chunk] for chunk in sorted(done)]


async def _rows(context: StepContext, chunk: PastWork) -> list[Row]:
    assert chunk.output_blob is not None, "what failed is not among them"
    content = await context.blobs.read(chunk.output_blob)
    number = chunk.output["chunk"]
    return [Row.from_json(orjson.loads(line), number) for line in content.splitlines()]


class _Table:
    """The lines of the table; how many there were so far, also of each chunk, and where some of them begin."""

    def __init__(self, *, tidy: bool) -> None:
        self.sentences = 0
        self.rows = 0
        self.chunks = dict[int, int]()
        self.marks = list[Mark]()
        self._bytes = 0
        self._tidy = tidy

    def lines(self, rows: Iterable[Row]) -> bytes:
        """A line of JSON for each piece of each row."""
        return b"".join(line for row in rows for line in self._of(row))

    def _of(self, row: Row) -> Iterator[bytes]:
        self.sentences += 1
        for at, piece in enumerate(row.pieces):
            if self.rows % ROWS_A_MARK == 0:
                self.marks.append(Mark(self._bytes, *row.start))
            self.rows += 1
            self.chunks[row.chunk] = self.chunks.get(row.chunk, 0) + 1
            text = tidied(piece) if self._tidy else piece
            row_of: JsonObject = {
                "id": row_id(*row.start, at),
                "number": self.rows,
                "chunk": row.chunk,
                "text": text,
                "words": how_many(text),
                "page": row.start[0],
                "sentence": self.sentences,
                "opens": row.opens and at == 0,
                "spoken": row.is_spoken,
                "source": row.text,
            }
            line = orjson.dumps(row_of) + b"\n"
            self._bytes += len(line)
            yield line
