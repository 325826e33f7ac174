"""What people change in a book's sentences, by the sentences' places, so that what was made stays as it is."""

from collections.abc import Callable, Mapping
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


async def read_edits(session: AsyncSession, job: JobRow) -> Edits:
    """All of the job's; one that nobody has changed costs no statement."""
    if not job.edits:
        return {}
    found = await session.scalars(select(SentenceEditRow).where(SentenceEditRow.job_id == job.id))
    return {each.place: each for each in found}


def edited(edits: Edits) -> Callable[[list[JsonObject]], list[JsonObject]]:
    """Puts the edits into rows."""

    def put(rows: list[JsonObject]) -> list[JsonObject]:
        return [_with(row, edits.get(row["id"])) for row in rows] if edits else rows

    return put


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
