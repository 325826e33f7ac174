"""What is exported comes back as it was, in each form; and no form has a cell that a spreadsheet would run."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.adapters.csv_lines import CsvForm
from service.adapters.record_tables import CertificateRow, ShipRow
from service.adapters.records.certificate_lists import Shown
from service.domain.json import JsonObject
from service.domain.records.cells import defused, restored
from service.domain.records.cleaning import cleaned
from service.domain.records.columns import COLUMNS, EDITABLE, SHIP, SHIP_IMO, kind_of, longest
from service.gateway.exports import written
from tests.support.fleet import IMOS
from workers.engines.flow.spreadsheets import openpyxl
from workers.engines.tables.child import read_certificates

FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "'=1",
    "''+x",
    "'quoted",
    "=cmd|' /C calc'!A0",
    "_x0041_",
    "\uff1d1",
)
_ODD = st.sampled_from(
    (*FORMULAS, 'a"b', "a;b,c|d", "<b>&amp;</b>", "Ngôi Sao Biển", "👩‍✈️", "0042", "TRUE", "1e5")
)


def _value(column: str) -> st.SearchStrategy[str | None]:
    match kind_of(column):
        case "date":
            known = st.dates(date(1900, 1, 1), date(2199, 12, 31)).map(date.isoformat)
        case "imo":
            known = st.sampled_from(IMOS)
        case _:
            text = st.one_of(_ODD, st.text(max_size=40)).map(lambda each: each[: longest(column)])
            known = text.map(lambda each: cleaned(column, each))
    return st.one_of(st.none(), known)


_ROWS = st.lists(
    st.fixed_dictionaries({column: _value(column) for column in COLUMNS}), min_size=1, max_size=6
)


def as_shown(values: dict[str, str | None]) -> Shown:
    row = CertificateRow(id="c", version=1, created_at=1.0, updated_at=1.0, evidence={}, archived=[])
    for code in EDITABLE:
        setattr(row, code, values[code])
    return Shown(row, ShipRow(id="s", name=values[SHIP] or "Unnamed", imo=values[SHIP_IMO]))


def file_of(rows: list[Shown], form: str, csv_form: CsvForm, *, titled: bool) -> bytes:
    async def pieces() -> AsyncIterator[Sequence[Shown]]:
        yield rows

    async def content() -> bytes:
        return b"".join([each async for each in written(pieces(), form, csv_form, titled=titled)])

    return asyncio.run(content())


def read(path: Path, kind: str) -> list[JsonObject]:
    checks = {"once": False, "only_ship": None, "ship_chosen": False}
    items = list(read_certificates(str(path), kind, "dmy", checks, {}))
    assert [refused for item in items for refused in item["refused"]] == []
    return [row for item in items for row in item["rows"]]


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
@given(rows=_ROWS, separator=st.sampled_from(",;|\t"), bom=st.booleans(), titled=st.booleans())
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_is_exported_comes_back_as_it_was(
    tmp_path: Path, form: str, rows: list[dict[str, str | None]], separator: str, *, bom: bool, titled: bool
) -> None:
    rows = [each for each in rows if any(each[code] for code in EDITABLE)]
    path = tmp_path / "file"
    path.write_bytes(file_of([as_shown(each) for each in rows], form, CsvForm(separator, bom), titled=titled))
    found = read(path, {"json": "txt"}.get(form, form))
    expected = [
        ({code: each[code] for code in EDITABLE}, each[SHIP] or "Unnamed", each[SHIP_IMO]) for each in rows
    ]
    assert [(each["values"], each["name"], each["imo"]) for each in found] == expected


@given(st.text())
def test_a_mark_is_taken_off_as_it_was_put_on(text: str) -> None:
    assert restored(defused(text)) == text
    assert not defused(text).startswith(tuple("=+-@\t\r\n"))


@pytest.mark.parametrize("value", FORMULAS)
def test_no_cell_is_a_formula(tmp_path: Path, value: str) -> None:
    shown = as_shown(dict.fromkeys(COLUMNS) | {"certificate_name": value, "ship": value})
    text = file_of([shown], "csv", CsvForm(";", bom=True), titled=True).decode("utf-8-sig")
    for separator in ",;|\t":
        cells = [cell for row in csv.reader(io.StringIO(text), delimiter=separator) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\uff1d"))]
    path = tmp_path / "a.xlsx"
    path.write_bytes(file_of([shown], "xlsx", CsvForm(",", bom=False), titled=False))
    sheet = openpyxl.load_workbook(path).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
