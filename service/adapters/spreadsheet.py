"""An XLSX file made while it is sent: one sheet of text and whole numbers, none of whose cells is a formula.

Written here rather than by a library, which would hold the sheet in a file of its own until all rows are there, and
takes ten times as long.
"""

import re
import zipfile
from collections.abc import AsyncIterator, Iterable, Sequence
from html import escape

from service.adapters.sink import Sink

_LEVEL = 1
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_NAME = "{sheet}"
_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="' + _NAME + '" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    # Format 49 is text: what somebody types into such a cell later is none of a formula either.
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
_BEFORE_ROWS = (
    f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
)
_AFTER_ROWS = "</sheetData></worksheet>"


class Spreadsheet:
    """The file, its sheet of this name: heads, which stay in sight, then the rows. At most 26 columns.

    `widths` are those of the first columns, in digits; the others are as wide as the program likes.
    """

    def __init__(self, sheet_name: str, heads: list[str], widths: Sequence[int] = ()) -> None:
        self._sink = Sink()
        self._archive = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)
        for name, content in _PARTS.items():
            self._archive.writestr(name, _XML + content.replace(_NAME, _text(sheet_name)))
        self._sheet = self._archive.open("xl/worksheets/sheet1.xml", "w")
        self._sheet.write((_XML + _BEFORE_ROWS + _columns(widths) + "<sheetData>" + _row(1, heads)).encode())
        self._number = 2

    def rows(self, rows: Iterable[Sequence[str | int]]) -> bytes:
        """Adds rows; what of the file is ready by now."""
        written = [_row(number, row) for number, row in enumerate(rows, start=self._number)]
        self._number += len(written)
        self._sheet.write("".join(written).encode())
        return self._sink.taken()

    def end(self) -> bytes:
        """What is left of the file, which takes no more rows."""
        self._sheet.write(_AFTER_ROWS.encode())
        self._sheet.close()
        self._archive.close()
        return self._sink.taken()


async def spreadsheet(
    sheet_name: str, heads: list[str], pieces: AsyncIterator[list[list[str]]]
) -> AsyncIterator[bytes]:
    """The file of these rows in pieces; see Spreadsheet."""
    made = Spreadsheet(sheet_name, heads)
    async for rows in pieces:
        if packed := made.rows(rows):
            yield packed
    yield made.end()


def _columns(widths: Sequence[int]) -> str:
    columns = [
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, width in enumerate(widths, start=1)
    ]
    return f"<cols>{''.join(columns)}</cols>" if columns else ""


def _row(number: int, values: Sequence[str | int]) -> str:
    cells = [
        _cell(f"{letter}{number}", value)
        for letter, value in zip(_LETTERS, values, strict=False)
        if value != ""
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(place: str, value: str | int) -> str:
    if isinstance(value, int):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" s="1" t="inlineStr"><is><t xml:space="preserve">{_text(value)}</t></is></c>'


def _text(value: str) -> str:
    if value.isalnum():
        return value
    return escape(_LOOKS_ESCAPED.sub("_x005F_", _NOT_IN_XML.sub("", value)), quote=False)
