"""How a table looks in a spreadsheet, as the requests that make it so."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.json import JsonObject

SHEET_NAME = "Sentences"
_NUMBER, _TEXT = "0", "@"


@dataclass(frozen=True, slots=True)
class Column:
    """Its head, how wide it is on screen in pixels, and whether it holds numbers."""

    head: str
    width: int
    is_number: bool = False


def layout(sheet: int, columns: Sequence[Column], rows: int) -> list[JsonObject]:
    """A head in bold that stays in sight, room for just so many rows, and cells of text that stay text when somebody
    writes into them later."""
    shape = {"rowCount": rows + 1, "columnCount": len(columns), "frozenRowCount": 1}
    return [
        {
            "updateSheetProperties": {
                "properties": {"sheetId": sheet, "title": SHEET_NAME, "gridProperties": shape},
                "fields": "title,gridProperties(rowCount,columnCount,frozenRowCount)",
            }
        },
        *(_column(sheet, number, column) for number, column in enumerate(columns)),
        *(_width(sheet, number, column) for number, column in enumerate(columns)),
        _head(sheet, columns),
    ]


def _column(sheet: int, number: int, column: Column) -> JsonObject:
    shown: JsonObject = {
        "numberFormat": {"type": "NUMBER", "pattern": _NUMBER}
        if column.is_number
        else {"type": "TEXT", "pattern": _TEXT},
        "verticalAlignment": "TOP",
        "wrapStrategy": "WRAP",
    }
    return {
        "repeatCell": {
            "range": {"sheetId": sheet, "startColumnIndex": number, "endColumnIndex": number + 1},
            "cell": {"userEnteredFormat": shown},
            "fields": "userEnteredFormat(numberFormat,verticalAlignment,wrapStrategy)",
        }
    }


def _width(sheet: int, number: int, column: Column) -> JsonObject:
    return {
        "updateDimensionProperties": {
            "range": {
                "sheetId": sheet,
                "dimension": "COLUMNS",
                "startIndex": number,
                "endIndex": number + 1,
            },
            "properties": {"pixelSize": column.width},
            "fields": "pixelSize",
        }
    }


def _head(sheet: int, columns: Sequence[Column]) -> JsonObject:
    cells = [
        {
            "userEnteredValue": {"stringValue": column.head},
            "userEnteredFormat": {"textFormat": {"bold": True}},
        }
        for column in columns
    ]
    return {
        "updateCells": {
            "start": {"sheetId": sheet, "rowIndex": 0, "columnIndex": 0},
            "rows": [{"values": cells}],
            "fields": "userEnteredValue,userEnteredFormat.textFormat.bold",
        }
    }
