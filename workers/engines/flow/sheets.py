"""XLSX and CSV: a heading and a table for each sheet, in pieces of some hundred rows."""

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from lxml.etree import XMLSyntaxError

from workers.engines.failures import DocumentRefused
from workers.engines.flow.archive import Archive
from workers.engines.flow.blocks import Block, heading, table
from workers.engines.flow.spreadsheets import InvalidFileException, openpyxl

_ROWS_TOGETHER = 400
_SAMPLE_CHARACTERS = 64 << 10


def read_workbook(path: str, archive: Archive, cells: int) -> Iterator[Block]:
    """The sheets of a workbook, as far as they have values; raises DocumentRefused."""
    archive.refuse_entities()
    try:
        # By an open file, since openpyxl judges a path by its extension.
        with Path(path).open("rb") as file:
            yield from _sheets(
                openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False), cells
            )
    except OSError as error:
        # openpyxl raises a bare one for a workbook without its main part; one with a number is the disk's.
        if error.errno is None:
            raise DocumentRefused("broken_document") from error
        raise
    except (
        KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError, zipfile.BadZipFile,
        InvalidFileException, XMLSyntaxError, SyntaxError,
    ) as error:  # fmt: skip  # what openpyxl raises for files that no program wrote
        raise DocumentRefused("broken_document") from error


def _sheets(workbook: Any, cells: int) -> Iterator[Block]:
    for sheet in workbook.worksheets:
        yield heading(sheet.title, 2)
        sheet.reset_dimensions()
        values = (["" if cell is None else shown(cell) for cell in row] for row in sheet.values)
        yield from _tables(values, cells)


def read_separated(text: str, cells: int) -> Iterator[Block]:
    """A CSV file, whatever it is separated by."""
    csv.field_size_limit(len(text) + 1)
    rows = csv.reader(io.StringIO(text, newline=""), _dialect(text[:_SAMPLE_CHARACTERS]))
    try:
        yield from _tables(rows, cells)
    except csv.Error as error:
        raise DocumentRefused("broken_document") from error


def _tables(rows: Iterable[list[str]], cells: int) -> Iterator[Block]:
    """Empty columns are left out by the first piece's measure only where that loses nothing."""
    source = iter(rows)
    seen = 0
    continues = False
    while piece := list(islice(source, _ROWS_TOGETHER)):
        filled = [_trimmed(row) for row in piece]
        seen += sum(len(row) for row in filled)
        if seen > cells:
            raise DocumentRefused("table_too_large", {"cells": seen, "limit": cells})
        made = table(filled, continues=continues)
        if made is not None:
            yield made
            continues = True


def _trimmed(row: list[str]) -> list[str]:
    end = len(row)
    while end and not row[end - 1].strip():
        end -= 1
    return row[:end]


def shown(value: Any) -> str:
    """A value as people write it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, dt.datetime):
        at_midnight = value.time() == dt.time()
        return value.date().isoformat() if at_midnight else value.isoformat(" ", "seconds")
    return str(value)


def _dialect(sample: str) -> type[csv.Dialect]:
    """By the separator that cuts most of the first lines into equally many fields."""

    class Separated(csv.excel):
        delimiter = ","

    lines = [line for line in sample.splitlines()[:50] if line.strip()]
    best = 0.0
    for candidate in ",;\t|":
        counts = [line.count(candidate) for line in lines]
        usual = max(set(counts), key=counts.count) if counts else 0
        score = usual * counts.count(usual) / len(counts) if counts else 0.0
        if score > best:
            best, Separated.delimiter = score, candidate
    return Separated
