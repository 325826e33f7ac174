"""New spreadsheets in Google Sheets. Each row has its place, so that writing it twice changes nothing."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from workers.engines.archive.drive_errors import trouble_of
from workers.engines.archive.names import safe_name
from workers.engines.failures import EngineFailed
from workers.engines.google.client import Api, GoogleClient
from workers.engines.google.marks import FIELDS, has_mark, listing
from workers.engines.pace import Pace
from workers.engines.persistence import Persistence, Trouble, answer_of
from workers.engines.sheets.layout import Column, layout

T = TypeVar("T")
Cells: TypeAlias = Sequence[str | int]

ENGINE = "sheets"
GONE = "sheet_gone"
"""The code of the failure where a spreadsheet is not there any more."""
MOST_CELLS = 10_000_000
"""Of one spreadsheet, all of its rows and columns together."""
_SPREADSHEET = "application/vnd.google-apps.spreadsheet"
_KEY = "headwaySheet"
_DRIVE, _SHEETS = "drive", "sheets"
_UNFINISHED = " …"
_OWN_WORDS = {
    "archive_denied": "sheets_denied",
    "archive_refused": "sheets_refused",
    "archive_folder_missing": "sheets_folder_missing",
}


@dataclass(frozen=True, slots=True)
class SheetsPlace:
    """The folder in Drive (by its id) that new spreadsheets come into, and how much this process may ask.

    A service account owns nothing that people see: they see what lies in a folder that was shared with them.
    """

    folder: str
    credentials_file: Path | None = None
    drive_endpoint: str | None = None
    endpoint: str | None = None
    requests_per_minute: int = 60
    in_flight: int = 4


@dataclass(frozen=True, slots=True)
class Spreadsheet:
    """One that is there: its id, that of its only sheet, where people open it, and its name."""

    id: str
    sheet: int
    url: str
    name: str


class GoogleSheets:
    """All raise EngineFailed and EngineAway. What is written is never taken for a formula."""

    name = ENGINE
    shown_name = "Google Sheets"

    def __init__(self, place: SheetsPlace, persistence: Persistence | None = None) -> None:
        self._place = place
        self._persistence = persistence or Persistence()
        self._pace = Pace(place.in_flight, place.requests_per_minute)
        self._client = GoogleClient(
            (
                Api(_DRIVE, "v3", "files", place.drive_endpoint),
                Api(_SHEETS, "v4", "spreadsheets", place.endpoint),
            ),
            place.credentials_file,
            lambda detail: EngineFailed(
                "sheets_denied", {"engine": self.shown_name}, kind="fatal", detail=detail
            ),
            in_flight=place.in_flight,
            call_seconds=self._persistence.call_seconds,
        )

    async def open(self, key: str, title: str, columns: Sequence[Column], rows: int) -> Spreadsheet:
        """A new spreadsheet with a head and room for so many rows; under the same key it is made once.

        Its name says that it is unfinished, until `finish`.
        """
        file = await self._placed(key) or await self._made(key, f"{safe_name(title)}{_UNFINISHED}")
        spreadsheet = file["id"]
        found = await self._asked(
            _SHEETS, lambda all_: all_.get(spreadsheetId=spreadsheet, fields="sheets.properties.sheetId")
        )
        sheet: int = found["sheets"][0]["properties"].get("sheetId", 0)
        body = {"requests": layout(sheet, columns, rows)}
        await self._asked(_SHEETS, lambda all_: all_.batchUpdate(spreadsheetId=spreadsheet, body=body))
        return Spreadsheet(spreadsheet, sheet, file.get("webViewLink", ""), file["name"])

    async def write(self, into: Spreadsheet, first: int, rows: Sequence[Cells]) -> None:
        """Puts the rows below the head, from the row of this number on; the first has number 0."""
        place = {
            "sheetId": into.sheet,
            "startRowIndex": first + 1,
            "endRowIndex": first + 1 + len(rows),
            "startColumnIndex": 0,
            "endColumnIndex": len(rows[0]),
        }
        written = {"dataFilter": {"gridRange": place}, "majorDimension": "ROWS", "values": rows}
        # Raw: what stands there is what was written, whatever it begins with.
        body = {"valueInputOption": "RAW", "data": [written]}
        await self._asked(
            _SHEETS,
            lambda all_: all_.values().batchUpdateByDataFilter(spreadsheetId=into.id, body=body),
        )

    async def finish(self, spreadsheet: Spreadsheet) -> Spreadsheet:
        """All rows are there: the name says so."""
        body = {"name": spreadsheet.name.removesuffix(_UNFINISHED)}
        file = await self._asked(
            _DRIVE,
            lambda files: files.update(
                fileId=spreadsheet.id, body=body, fields=f"{FIELDS},trashed", supportsAllDrives=True
            ),
        )
        if file.get("trashed"):
            raise EngineFailed(GONE, {}, kind="usage", detail="it is in the bin")
        return replace(spreadsheet, name=file["name"], url=file.get("webViewLink", spreadsheet.url))

    async def check(self) -> str | None:
        """None when it can be used, else the reason, for operators. Asks nothing of the service."""
        return await self._client.check()

    async def close(self) -> None:
        """Requests under way end by themselves."""
        self._client.close()

    async def _placed(self, key: str) -> Any:
        """The oldest file under the key; None where there is none."""
        wanted = f"{has_mark(_KEY, key)} and trashed = false"
        found = await self._asked(_DRIVE, lambda files: listing(files, wanted))
        return next(iter(found["files"]), None)

    async def _made(self, key: str, name: str) -> Any:
        """A new file. Of several that were made at the same time all take the oldest."""
        body = {
            "name": name,
            "mimeType": _SPREADSHEET,
            "parents": [self._place.folder],
            "appProperties": {_KEY: key},
        }
        made = await self._asked(
            _DRIVE,
            lambda files: files.create(body=body, fields=FIELDS, supportsAllDrives=True),
            "sheets_folder_missing",
        )
        oldest = await self._placed(key) or made
        if oldest["id"] != made["id"]:
            await self._asked(_DRIVE, lambda files: files.delete(fileId=made["id"], supportsAllDrives=True))
        return oldest

    async def _asked(self, api: str, make: Callable[[Any], Any], missing: str = GONE) -> Any:
        async def ask() -> Any:
            return await self._client.asked(api, make)

        return await self._tried(ask, missing)

    async def _tried(self, ask: Callable[[], Awaitable[T]], missing: str) -> T:
        return await answer_of(self, ask, partial(_trouble_of, missing), self._pace, self._persistence)


def _trouble_of(missing: str, error: Exception) -> Trouble | None:
    """As with Drive, in words for spreadsheets. What is `missing` is the folder, or a spreadsheet that was there."""
    trouble = trouble_of(error)
    if trouble is None:
        return None
    if trouble.code == "archive_folder_missing":
        return replace(trouble, code=missing, kind="usage" if missing == GONE else trouble.kind)
    return replace(trouble, code=_OWN_WORDS.get(trouble.code, trouble.code))
