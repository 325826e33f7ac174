"""What people change in a book's sentences, by the sentences' places, so that what was made stays as it is."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.clock import read_clock
from service.adapters.records.ending import touch
from service.adapters.tables import JobRow, SentenceEditRow
from service.domain.json import JsonObject
from service.domain.sentences import how_many

Edits = Mapping[str, SentenceEditRow]
"""By place, the row's id."""
_AT_ONCE = 500


@dataclass(frozen=True)
class Wanted:
    """The row that is to have another text, as its table has it and as it stood when the person saw it; None takes an
    earlier change back."""

    row: JsonObject
    text: str | None
    was: str


class ChangedMeanwhile(Exception):
    """Somebody else has changed the sentence: `row` is what stands there now."""

    def __init__(self, row: JsonObject) -> None:
        super().__init__(row["id"])
        self.row = row


async def read_edits(session: AsyncSession, job: JobRow, rows: Sequence[JsonObject]) -> Edits:
    """Those of these rows; of a job of which nobody has changed a sentence it costs no statement."""
    if not job.edits:
        return {}
    edits = dict[str, SentenceEditRow]()
    for at in range(0, len(rows), _AT_ONCE):
        places = [row["id"] for row in rows[at : at + _AT_ONCE]]
        found = await session.scalars(
            select(SentenceEditRow).where(SentenceEditRow.job_id == job.id, SentenceEditRow.place.in_(places))
        )
        edits |= {each.place: each for each in found}
    return edits


async def edited_places(session: AsyncSession, job: JobRow) -> AsyncIterator[Sequence[tuple[str, str]]]:
    """The places of all changed rows with what stands there now, some at a time, by place."""
    last = ""
    while job.edits:
        found = await session.execute(
            select(SentenceEditRow.place, SentenceEditRow.text)
            .where(SentenceEditRow.job_id == job.id, SentenceEditRow.place > last)
            .order_by(SentenceEditRow.place)
            .limit(_AT_ONCE)
        )
        some = [(place, text) for place, text in found]
        if not some:
            return
        yield some
        last = some[-1][0]


def edited(rows: Sequence[JsonObject], edits: Edits) -> list[JsonObject]:
    """The rows as they stand."""
    return [_with(row, edits.get(row["id"])) for row in rows]


async def change(session: AsyncSession, job: JobRow, wanted: Wanted, by: str) -> JsonObject:
    """The row as it stands then; raises ChangedMeanwhile. Doing it twice changes nothing. The caller holds the lock."""
    place = wanted.row["id"]
    edit = await session.get(SentenceEditRow, (job.id, place))
    text = wanted.row["text"] if wanted.text is None else wanted.text
    stands = wanted.row["text"] if edit is None else edit.text
    if stands == text:
        return _with(wanted.row, edit)
    if stands != wanted.was:
        raise ChangedMeanwhile(_with(wanted.row, edit))
    if text == wanted.row["text"]:
        await session.delete(edit)
        edit = None
    else:
        now = await read_clock(session)
        if edit is None:
            edit = SentenceEditRow(job_id=job.id, place=place)
            session.add(edit)
        edit.text, edit.by, edit.at = text, by, now
    job.edits += 1
    await touch(session, job)
    return _with(wanted.row, edit)


def _with(row: JsonObject, edit: SentenceEditRow | None) -> JsonObject:
    if edit is None:
        return row
    return {
        **row,
        "text": edit.text,
        "words": how_many(edit.text),
        "original": row["text"],
        "edited_by": edit.by,
        "edited_at": edit.at,
    }
