"""A Google Sheets that runs here, with the Drive in which its files lie: grids, and misbehaviour on request."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import orjson

from service.domain.json import JsonObject
from tests.support.drive_simulator import DriveSimulator

SHEET = 4711
_SPREADSHEET = "application/vnd.google-apps.spreadsheet"
_OF_SHEETS = re.compile(r"/v4/spreadsheets/([^/:]+)(/values)?(?::(\w+))?")


@dataclass
class Grid:
    """The only sheet of a spreadsheet. What a formula would be is kept as `Formula`."""

    title: str = "Feuille 1"
    rows: int = 1000
    columns: int = 26
    frozen: int = 0
    cells: dict[tuple[int, int], object] = field(default_factory=dict[tuple[int, int], object])
    bold: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])
    formats: dict[int, str] = field(default_factory=dict[int, str])
    writes: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def row(self, number: int) -> list[object]:
        """From the first column to the last."""
        return [self.cells.get((number, column)) for column in range(self.columns)]

    def table(self) -> list[list[object]]:
        """All rows."""
        return [self.row(number) for number in range(self.rows)]


@dataclass(frozen=True)
class Formula:
    """A cell that would be evaluated."""

    text: str


@dataclass
class SheetsSimulator(DriveSimulator):
    """`grids` by the file's id. One endpoint serves both of Google's."""

    grids: dict[str, Grid] = field(default_factory=dict[str, Grid])

    def grid(self) -> Grid:
        """The one there is."""
        (grid,) = (self.grids[each] for each in self.grids if each in self.files)
        return grid

    def spreadsheets(self) -> list[str]:
        """The names of those that are there."""
        return [self.files[each]["name"] for each in self.grids if each in self.files]

    def kept(self) -> list[JsonObject]:
        """The files of those that are there and not in the bin."""
        there = [self.files[each] for each in self.grids if each in self.files]
        return [each for each in there if not each.get("trashed")]

    def reset(self) -> None:
        """Nothing is there and nothing is to come; ids are not given twice."""
        self.calm()
        for each in (self.grids, self.files, self.contents):
            each.clear()

    def bin(self, file_id: str) -> None:
        """As a person does: it is there still, and may be written into."""
        self.files[file_id]["trashed"] = True

    def _answer(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, str, JsonObject | None]:
        path = urlsplit(target).path
        if method == "PATCH":
            return self._renamed(path.rsplit("/", 1)[1], orjson.loads(body))
        asked = _OF_SHEETS.fullmatch(path)
        if asked is None:
            return super()._answer(method, target, headers, body)
        grid = self.grids.get(asked[1]) if asked[1] in self.files else None
        if grid is None:
            return 404, "", {"error": {"code": 404, "status": "NOT_FOUND"}}
        match method, asked[2], asked[3]:
            case "GET", None, None:
                return 200, "", {"sheets": [{"properties": {"sheetId": SHEET}}]}
            case "POST", None, "batchUpdate":
                for request in orjson.loads(body)["requests"]:
                    self._changed(grid, request)
                return 200, "", {}
            case "POST", _, "batchUpdateByDataFilter":
                return self._written(grid, orjson.loads(body))
            case _:
                raise AssertionError(f"{method} {target} is not asked by this engine")

    def _kept(self, body: JsonObject, content: bytes | None = None) -> JsonObject:
        file = super()._kept(body, content)
        if body.get("mimeType") == _SPREADSHEET:
            self.grids[file["id"]] = Grid()
        return file

    def _renamed(self, file_id: str, body: JsonObject) -> tuple[int, str, JsonObject | None]:
        if file_id not in self.files:
            return 404, "", {"error": {"code": 404, "errors": [{"reason": "notFound"}]}}
        self.files[file_id].update(body)
        return 200, "", self.files[file_id]

    def _changed(self, grid: Grid, request: JsonObject) -> None:
        ((what, change),) = request.items()
        match what:
            case "updateSheetProperties":
                properties = change["properties"]
                assert properties["sheetId"] == SHEET
                shape = properties["gridProperties"]
                grid.title, grid.frozen = properties["title"], shape["frozenRowCount"]
                grid.rows, grid.columns = shape["rowCount"], shape["columnCount"]
            case "updateCells":
                assert change["start"]["sheetId"] == SHEET
                for column, cell in enumerate(change["rows"][0]["values"]):
                    grid.cells[0, column] = cell["userEnteredValue"]["stringValue"]
                    if cell["userEnteredFormat"]["textFormat"]["bold"]:
                        grid.bold.add((0, column))
            case "repeatCell":
                assert change["range"]["sheetId"] == SHEET
                shown = change["cell"]["userEnteredFormat"]["numberFormat"]["type"]
                grid.formats[change["range"]["startColumnIndex"]] = shown
            case _:
                assert what == "updateDimensionProperties", what

    def _written(self, grid: Grid, body: JsonObject) -> tuple[int, str, JsonObject | None]:
        for each in body["data"]:
            place = each["dataFilter"]["gridRange"]
            assert place["sheetId"] == SHEET
            first, end = place["startRowIndex"], place["endRowIndex"]
            if end > grid.rows or place["endColumnIndex"] > grid.columns:
                return 400, "", {"error": {"code": 400, "status": "INVALID_ARGUMENT"}}
            grid.writes.append((first, end))
            for at, row in enumerate(each["values"]):
                for column, value in enumerate(row):
                    cell = value
                    if body["valueInputOption"] != "RAW" and str(value).startswith("="):
                        cell = Formula(value)
                    grid.cells[first + at, place["startColumnIndex"] + column] = cell
        return 200, "", {}


@asynccontextmanager
async def sheets_simulator() -> AsyncGenerator[SheetsSimulator, None]:
    """No spreadsheet yet, and a Drive that is empty but for its root folder."""
    sheets = SheetsSimulator()
    await sheets.open()
    try:
        yield sheets
    finally:
        await sheets.close()
