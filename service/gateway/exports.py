"""Certificates as files: CSV, XLSX and JSON, made while they are sent, from short reads however slow the reader is."""

from collections.abc import AsyncIterator, Sequence

import orjson

from service.adapters.csv_lines import CsvForm
from service.adapters.database import Database
from service.adapters.records import certificate_lists, certificates
from service.adapters.records.certificate_lists import Shown, Wanted
from service.adapters.spreadsheet import spreadsheet
from service.domain.document import MEDIA_TYPES as OF_KIND
from service.domain.document import Kind
from service.domain.json import JsonObject
from service.domain.records.cells import defused
from service.domain.records.columns import COLUMNS, SHIP, SHIP_IMO, TITLES

MEDIA_TYPES = {"csv": OF_KIND[Kind.CSV], "xlsx": OF_KIND[Kind.XLSX], "json": "application/json"}
_AT_ONCE = 1000


def exported(
    db: Database, wanted: Wanted, form: str, csv_form: CsvForm, *, titled: bool
) -> AsyncIterator[bytes]:
    """The file in pieces. No formula is in it: in CSV what would be one is marked, in XLSX all cells are text."""
    return written(_pieces(db, wanted), form, csv_form, titled=titled)


def written(
    pieces: AsyncIterator[Sequence[Shown]], form: str, csv_form: CsvForm, *, titled: bool
) -> AsyncIterator[bytes]:
    """The same of certificates that are there."""
    heads = [TITLES[code] if titled else code for code in COLUMNS]
    match form:
        case "csv":
            return _csv(pieces, heads, csv_form)
        case "xlsx":
            return spreadsheet("Certificates", heads, _cells(pieces))
        case _:
            return _json(pieces)


async def _pieces(db: Database, wanted: Wanted) -> AsyncIterator[Sequence[Shown]]:
    after = ""
    while True:
        async with db.reading() as session:
            rows = await certificate_lists.piece(session, wanted, after, _AT_ONCE)
        if rows:
            yield rows
        if len(rows) < _AT_ONCE:
            return
        after = rows[-1].row.id


async def _cells(pieces: AsyncIterator[Sequence[Shown]]) -> AsyncIterator[list[list[str]]]:
    async for rows in pieces:
        yield [[each or "" for each in _values(row).values()] for row in rows]


async def _csv(
    pieces: AsyncIterator[Sequence[Shown]], heads: list[str], form: CsvForm
) -> AsyncIterator[bytes]:
    yield form.head(heads)
    async for rows in _cells(pieces):
        yield form.lines([[defused(each) for each in row] for row in rows])


async def _json(pieces: AsyncIterator[Sequence[Shown]]) -> AsyncIterator[bytes]:
    before = b'{"certificates":['
    async for rows in pieces:
        yield before + b",\n".join(orjson.dumps(_object(row)) for row in rows)
        before = b",\n"
    yield (b"" if before == b",\n" else before) + b"]}\n"


def _values(shown: Shown) -> dict[str, str | None]:
    return {SHIP: shown.ship.name, SHIP_IMO: shown.ship.imo, **certificates.values_of(shown.row)}


def _object(shown: Shown) -> JsonObject:
    row = shown.row
    more = {"id": row.id, "version": row.version, "created_at": row.created_at, "updated_at": row.updated_at}
    return {**_values(shown), **more, "evidence": row.evidence, "archived": row.archived}
