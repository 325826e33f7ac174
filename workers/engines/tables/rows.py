"""The rows of a table of certificates, by column, whichever form the file has."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias, cast

import orjson
from lxml.etree import XMLSyntaxError

from service.domain.json import JsonObject
from service.domain.records.cells import restored
from service.domain.records.columns import COLUMNS, SHIP, SHIP_IMO, column_of
from workers.engines.failures import DocumentRefused
from workers.engines.flow.archive import Archive
from workers.engines.flow.decoding import decode
from workers.engines.flow.limits import FlowLimits
from workers.engines.flow.sheets import shown
from workers.engines.flow.spreadsheets import InvalidFileException, openpyxl

_SEPARATORS = ",;\t|"
_ROWS_BEFORE_HEADS = 20
_SAMPLE_CHARACTERS = 64 << 10
_ESCAPED = re.compile("_x005F_(?=x[0-9A-Fa-f]{4}_)")

Cells: TypeAlias = list[str]


@dataclass(frozen=True)
class Row:
    """A row with its number in the file, from 1: texts by column. `broken`: it is none of our rows."""

    number: int
    values: dict[str, str]
    broken: bool = False


def rows_of(path: str, kind: str, limits: FlowLimits) -> Iterator[Row]:
    """The rows; raises DocumentRefused: no_records where no column is known, and whatever is wrong with the file."""
    if kind == "xlsx":
        yield from _of_table(_of_workbook(path, limits), limits.cells)
        return
    with Path(path).open("rb") as file:
        content = file.read(limits.text_bytes + 1)
    text = decode(content, limits.text_bytes)
    if text.lstrip()[:1] in ("{", "["):
        yield from _of_json(text)
    else:
        yield from _of_table(_separated(text), limits.cells, restore=True)


def _of_table(table: Iterable[Cells], cells: int, *, restore: bool = False) -> Iterator[Row]:
    """What comes after the first row that names columns."""
    numbered = enumerate(table, start=1)
    columns: list[str | None] = []
    for _, heads in islice(numbered, _ROWS_BEFORE_HEADS):
        columns = [column_of(head) for head in heads]
        if _tells(columns):
            break
    if not _tells(columns):
        raise DocumentRefused("no_records")
    seen = 0
    for number, row in numbered:
        seen += len(row)
        if seen > cells:
            raise DocumentRefused("table_too_large", {"cells": seen, "limit": cells})
        named = zip(columns, row, strict=False)
        values = {column: restored(cell) if restore else cell for column, cell in named if column and cell}
        yield Row(number, values)


def _tells(columns: list[str | None]) -> bool:
    """Whether they say something of a certificate, rather than of ships alone."""
    return bool({each for each in columns if each} - {SHIP, SHIP_IMO})


def _separated(text: str) -> Iterator[Cells]:
    """By the separator under which the heads name most columns."""
    csv.field_size_limit(max(len(text), 1))
    sample = text[:_SAMPLE_CHARACTERS]

    def known(separator: str) -> int:
        try:
            first = islice(_parsed(sample, separator), _ROWS_BEFORE_HEADS)
            return max((sum(column_of(head) is not None for head in heads) for heads in first), default=0)
        except csv.Error:
            return 0

    try:
        yield from _parsed(text, max(_SEPARATORS, key=known))
    except csv.Error as error:
        raise DocumentRefused("broken_document") from error


def _parsed(text: str, separator: str) -> Iterator[Cells]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def _of_workbook(path: str, limits: FlowLimits) -> Iterator[Cells]:
    with closing(Archive(path, limits)) as archive:
        archive.refuse_entities()
        try:
            # By an open file, since openpyxl judges a path by its extension.
            with Path(path).open("rb") as file:
                book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
                yield from _first_sheet(book)
        except OSError as error:
            if error.errno is None:
                raise DocumentRefused("broken_document") from error
            raise
        except (
            KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError, zipfile.BadZipFile,
            InvalidFileException, XMLSyntaxError, SyntaxError,
        ) as error:  # fmt: skip  # what openpyxl raises for files that no program wrote
            raise DocumentRefused("broken_document") from error


def _first_sheet(book: Any) -> Iterator[Cells]:
    for sheet in book.worksheets[:1]:
        sheet.reset_dimensions()
        for row in sheet.values:
            yield ["" if cell is None else _ESCAPED.sub("_", shown(cell)) for cell in row]


def _of_json(text: str) -> Iterator[Row]:
    try:
        given: Any = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise DocumentRefused("broken_document") from error
    if isinstance(given, dict):
        given = cast("JsonObject", given).get("certificates")
    if not isinstance(given, list):
        raise DocumentRefused("no_records")
    for number, each in enumerate(cast("list[Any]", given), start=1):
        yield _of_object(number, each)


def _of_object(number: int, given: Any) -> Row:
    if not isinstance(given, dict):
        return Row(number, {}, broken=True)
    found: dict[str, str] = {}
    for code in COLUMNS:
        value: Any = cast("JsonObject", given).get(code)
        if isinstance(value, str):
            found[code] = value
        elif value is not None:
            return Row(number, found, broken=True)
    return Row(number, found)
