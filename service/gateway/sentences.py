"""A book's short sentences: read while its chunks are at work, changed and saved as files after."""

from contextlib import contextmanager

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from service.adapters.blob_store import BlobDamaged, BlobMissing, BlobStore
from service.adapters.commands import Commands
from service.adapters.csv_lines import CsvForm
from service.adapters.database import Database
from service.adapters.known_sentences import as_they_stand
from service.adapters.records.sentence_edits import (
    ChangedMeanwhile,
    Wanted,
    edited,
    read_edits,
)
from service.adapters.sentence_files import (
    MEDIA_TYPES,
    SEPARATORS,
    CsvFile,
    Form,
    JsonFile,
    SentenceFile,
    TxtFile,
    XlsxFile,
    document_head,
    streamed,
)
from service.adapters.sentence_search import SentenceSearch
from service.adapters.sentence_table import Place, SentenceTables, Table, place_of, read_table
from service.adapters.tables import JobRow
from service.adapters.unmerged import counted, read_coverage
from service.domain.coverage import Coverage
from service.domain.ids import is_id
from service.domain.json import JsonObject
from service.domain.sentences import findable, is_legible
from service.gateway.answers import json_answer, json_body
from service.gateway.errors import problem_response
from service.gateway.files import disposition
from service.gateway.operation import Answer, Operation, Parameter, actor
from service.gateway.record_queries import Query, choice_in, known_only, number_in, separator_in, text_in
from service.gateway.security import CONTENT_POLICY
from service.gateway.sentence_models import (
    LONGEST_SENTENCE,
    SentenceAnswer,
    SentenceChange,
    SentencesAnswer,
)
from service.protocol.problems import refused

_LIMIT, _LONGEST_PAGE = 200, 1000
_FURTHEST = 100_000_000
_LONGEST_STEM = 120
"""Of the name of a file that says which chunks are in it, so that this is not cut off."""
_FILES = tuple(Answer(media_type=each.partition(";")[0]) for each in MEDIA_TYPES.values())


class Sentences:
    """The operations under `/api/jobs/{id}/sentences`. A job of somebody else is not there."""

    def __init__(self, db: Database, blobs: BlobStore, commands: Commands) -> None:
        self._db = db
        self._tables = SentenceTables(blobs)
        self._search = SentenceSearch(self._tables)
        self._commands = commands

    def operations(self) -> list[Operation]:
        """For the routes."""
        all_of_them = "/api/jobs/{job_id}/sentences"
        return [
            Operation(
                "GET",
                all_of_them,
                self.list,
                "The short sentences of a book, those of the chunks that are done while others are at work.",
                (Answer(200, SentencesAnswer),),
                parameters=(
                    Parameter("offset", "how many rows, or hits, come before the first", "integer"),
                    Parameter(
                        "near", "the id of a row to be in the middle of the page, instead of an offset"
                    ),
                    Parameter("limit", f"rows, at most {_LONGEST_PAGE}; {_LIMIT} when left out", "integer"),
                    Parameter("q", "text in the sentences, whatever its case and accents"),
                    Parameter("edited", "true: only those that somebody has changed", "boolean"),
                ),
                problems=(404, 422),
            ),
            Operation(
                "PATCH",
                f"{all_of_them}/{{row_id}}",
                self.change,
                "Gives a sentence another text, or its original back; a 409 has it as somebody else changed it.",
                (Answer(200, SentenceAnswer),),
                body=SentenceChange,
                problems=(400, 404, 409, 413, 422),
            ),
            Operation(
                "GET",
                f"{all_of_them}.{{form}}",
                self.export,
                "The sentences with their changes as a file: `csv`, `xlsx`, `txt` or `json`. Where chunks failed, or "
                "are not done, it has those of the others: its name says so, the header `Headway-Chunks` (`1-4,6/9`), "
                "and `part` in JSON.",
                _FILES,
                parameters=(
                    Parameter("separator", "of CSV: , ; | or tab; as the job's options say when left out"),
                    Parameter("bom", "false: no byte order mark before CSV", "boolean"),
                ),
                problems=(404, 422),
            ),
        ]

    async def list(self, request: Request) -> Response:
        """Some rows."""
        query = known_only(request, "offset", "near", "limit", "q", "edited")
        offset = number_in(query, "offset", 0, 0, _FURTHEST)
        limit = number_in(query, "limit", _LIMIT, 1, _LONGEST_PAGE)
        only_edited = choice_in(query, "edited", "false", "true") == "true"
        text, near = text_in(query), _near_in(query)
        async with self._db.reading() as session:
            job = await _owned(session, request)
            table = await _table(session, job)
            looking = None
            if text is not None or only_edited:
                looking = await self._search.looking(
                    session, job, text and findable(text), only_edited=only_edited
                )
        with _still_there():
            if near is not None:
                before = await self._search.before(table, looking, near)
                offset = max(0, before - limit // 2)
            if looking is None:
                items, total = await self._tables.some(table, offset, limit), table.rows
            else:
                items, total = await self._search.page(table, looking, offset, limit)
        if job.edits and items:
            async with self._db.reading() as session:
                items = edited(items, await read_edits(session, job, items))
        told: JsonObject = {"items": items, "offset": offset, "total": total}
        return json_answer({**told, "whole": table.whole, "chunks": table.chunks})

    async def change(self, request: Request) -> Response:
        """The row with its new text."""
        wanted = await json_body(request, SentenceChange)
        text = None if wanted.text is None else " ".join(wanted.text.split())
        if text is not None and (len(text) > LONGEST_SENTENCE or not is_legible(text)):
            raise refused(422, "sentence_text", limit=LONGEST_SENTENCE)
        async with self._db.reading() as session:
            job = await _owned(session, request)
            table = _whole(await _table(session, job))
        row_id: str = request.path_params["row_id"]
        with _still_there():
            row = await self._tables.one(table, row_id)
        if row is None:
            raise refused(404, "not_found")
        try:
            after = await self._commands.edit_sentence(
                job.id, job.run, Wanted(row, text, wanted.was), actor(request)
            )
        except ChangedMeanwhile as meanwhile:
            return problem_response(refused(409, "sentence_changed"), {"sentence": meanwhile.row})
        return json_answer(after)

    async def export(self, request: Request) -> Response:
        """The file, made while it is sent."""
        query = known_only(request, "separator", "bom")
        form = _form(request.path_params["form"])
        async with self._db.reading() as session:
            job = await _owned(session, request)
            table = await _table(session, job)
            coverage = await read_coverage(session, job, table)
        with _still_there():
            await self._tables.check(table)
        options = job.options
        usual = "true" if options.get("csv_bom", True) else "false", "true", "false"
        separator = SEPARATORS.get(options.get("csv_separator", "comma"), ",")
        csv_form = CsvForm(
            separator_in(query) if "separator" in query else separator,
            choice_in(query, "bom", *usual) == "true",
        )
        stem = job.name.rpartition(".")[0] or job.name
        named = stem if coverage.is_all else f"{stem[:_LONGEST_STEM]} ({coverage.name})"
        rows = self._tables.all(table)
        rows = as_they_stand(self._db, job, rows if table.whole else counted(rows))
        return StreamingResponse(
            streamed(_file(form, job, csv_form, coverage), rows),
            media_type=MEDIA_TYPES[form],
            headers={
                "Content-Disposition": disposition(f"{named}.{form}"),
                "Headway-Chunks": coverage.header,
                "Content-Security-Policy": CONTENT_POLICY,
                "Cache-Control": "no-store",
            },
        )


def _file(form: Form, job: JobRow, csv_form: CsvForm, coverage: Coverage) -> SentenceFile:
    match form:
        case "csv":
            return CsvFile(csv_form)
        case "xlsx":
            return XlsxFile()
        case "txt":
            return TxtFile(paragraphs=bool(job.options.get("preserve_formatting")))
        case "json":
            head = document_head(job.name, job.kind, job.page_count)
            return JsonFile(head, job.options, None if coverage.is_all else coverage)


async def _owned(session: AsyncSession, request: Request) -> JobRow:
    """The job, if it is there for who asks."""
    job_id, who = request.path_params["job_id"], actor(request)
    job = await session.get(JobRow, job_id) if is_id(job_id) else None
    if job is None or not (who.is_admin or job.owner_id == who.user_id):
        raise refused(404, "not_found")
    return job


async def _table(session: AsyncSession, job: JobRow) -> Table:
    table = await read_table(session, job)
    if table is None:
        raise refused(404, "no_sentences")
    return table


def _whole(table: Table) -> Table:
    if not table.whole:
        raise refused(409, "sentences_unfinished")
    return table


@contextmanager
def _still_there():
    """A retry, or the end of the time for which results are kept, may come in between; or what is stored is damaged."""
    try:
        yield
    except BlobDamaged as damaged:
        raise refused(500, "sentences_damaged") from damaged
    except BlobMissing:
        raise refused(404, "no_sentences") from None


def _near_in(query: Query) -> Place | None:
    """The place of the row that is to be in the middle."""
    if "near" not in query:
        return None
    place = place_of(query["near"])
    if place is None:
        raise refused(422, "bad_request", reason="near is not the id of a row")
    return place


def _form(name: str) -> Form:
    for form in MEDIA_TYPES:
        if form == name:
            return form
    raise refused(404, "not_found")
