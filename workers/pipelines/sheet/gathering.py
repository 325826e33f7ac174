"""Phase Gathering: the sentences as they stand at this moment, whoever corrects some while they are written."""

from collections.abc import Sequence

import orjson

from service.adapters.known_sentences import SentencesGone
from service.adapters.sentence_files import HEADS
from service.domain.json import JsonObject
from service.domain.message import Message
from service.domain.work import StepDone
from workers.engines.failures import DocumentRefused
from workers.engines.sheets.google_sheets import MOST_CELLS, Cells
from workers.engines.sheets.layout import Column
from workers.pipelines.declaration import StepContext

_WIDTHS, _NUMBERS = (80, 420, 70, 70, 620), frozenset(("Number", "Words", "Page"))
COLUMNS = tuple(
    Column(head, width, is_number=head in _NUMBERS) for head, width in zip(HEADS, _WIDTHS, strict=True)
)
MOST_ROWS, _MOST_BYTES = 2000, 1_000_000
"""Of one request: Google advises against more than 2 MB, and a step is to end soon."""


async def gather(context: StepContext) -> StepDone:
    """Writes the cells of all rows, and where the parts are that are sent one by one."""
    context.report.began(context.cost)
    context.report.detail(Message("detail", "gathering"))
    parts, of = _Parts(), (context.document.owner_id, context.options.job)
    try:
        edits = await context.sentences.edits(*of)
        async with context.blobs.writer(context.output_key) as writer:
            async for rows in context.sentences.rows(*of):
                await writer.write(parts.lines(rows))
            await writer.commit()
    except SentencesGone:
        raise DocumentRefused("sentences_gone") from None
    most = MOST_CELLS // len(COLUMNS) - 1
    if parts.rows > most:
        raise DocumentRefused("sheet_too_long", {"rows": parts.rows, "most": most})
    context.report.worked(context.cost)
    gathered = {"rows": parts.rows, "parts": parts.ended(), "edits": edits}
    return StepDone(output=gathered, output_blob=context.output_key)


def cells(row: JsonObject) -> Cells:
    """A row of the table as it stands in a spreadsheet."""
    return [row["number"], row["text"], row["words"], row["page"], row["source"]]


class _Parts:
    """Cuts lines into parts, as they come."""

    def __init__(self) -> None:
        self.rows = 0
        self._bytes = 0
        self._first = self._begin = 0
        self._parts = list[tuple[int, int, int, int]]()

    def lines(self, rows: Sequence[JsonObject]) -> bytes:
        """A line of JSON for each row."""
        lines = [orjson.dumps(cells(row)) + b"\n" for row in rows]
        for line in lines:
            is_full = self.rows - self._first == MOST_ROWS
            if is_full or (self._bytes + len(line) - self._begin > _MOST_BYTES and self.rows > self._first):
                self._end()
            self.rows += 1
            self._bytes += len(line)
        return b"".join(lines)

    def ended(self) -> list[tuple[int, int, int, int]]:
        """All parts: the first row, how many, where they begin, where they end."""
        if self.rows > self._first:
            self._end()
        return self._parts

    def _end(self) -> None:
        self._parts.append((self._first, self.rows - self._first, self._begin, self._bytes))
        self._first, self._begin = self.rows, self._bytes
