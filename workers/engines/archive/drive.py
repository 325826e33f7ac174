"""An archive in Google Drive: folders found or made, files sent in pieces that may be cut off."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from workers.engines.archive.drive_client import DriveClient, DrivePlace
from workers.engines.archive.drive_errors import status_of, trouble_of
from workers.engines.archive.names import safe_name
from workers.engines.archive.port import Archived, ArchivedFile, NewFile, Progress, Sent, side_by_side
from workers.engines.failures import EngineFailed
from workers.engines.google.marks import FIELDS, has_mark, listing, quoted
from workers.engines.pace import Pace
from workers.engines.persistence import Persistence, answer_of

T = TypeVar("T")

ENGINE = "drive"
_FOLDER = "application/vnd.google-apps.folder"
# What marks a file: Drive lets many files have one name, so names say nothing of who put them there.
_KEY, _NUMBER, _FOLDER_KEY = "headwayKey", "headwayFile", "headwayFolder"
_GONE = (404, 410)


class DriveArchive:
    """Names of files need not be unique in Drive: two documents of one name lie side by side."""

    name = ENGINE
    shown_name = "Google Drive"

    def __init__(self, place: DrivePlace, persistence: Persistence | None = None) -> None:
        self._place = place
        self._persistence = persistence or Persistence()
        self._pace = Pace(place.in_flight, place.requests_per_minute)
        self._client = DriveClient(place, self.shown_name, self._persistence.call_seconds)
        self._finding = asyncio.Lock()

    async def place(
        self, key: str, folder: Sequence[str], files: Sequence[NewFile], progress: Progress | None = None
    ) -> Archived:
        """See ArchiveEngine."""
        sent = Sent([await asyncio.to_thread(each.size) for each in files], progress)
        # One at a time in this process; other workers are met with by looking again.
        async with self._finding:
            parent = self._place.folder
            for each in folder:
                parent = await self._folder(parent, safe_name(each))
        there = await self._placed(key)
        placed: dict[int, ArchivedFile] = {}

        async def one(number: int, file: NewFile) -> None:
            found = there.get(number) or await self._uploaded(parent, file, key, number, sent)
            placed[number] = ArchivedFile(found["name"], found["id"], found.get("webViewLink", ""))
            sent.of(number, await asyncio.to_thread(file.size))

        await side_by_side(*(one(number, each) for number, each in enumerate(files)))
        return Archived(self.name, tuple(placed[number] for number in range(len(files))))

    async def check(self) -> str | None:
        """See ArchiveEngine. Loads the credentials; asks nothing of the service."""
        return await self._client.check()

    async def close(self) -> None:
        """Requests under way end by themselves."""
        self._client.close()

    async def _folder(self, parent: str, name: str) -> str:
        """The folder's id. Of several that were made at the same time all take the oldest."""
        mark = hashlib.sha256(name.encode()).hexdigest()[:32]
        wanted = (
            f"'{quoted(parent)}' in parents and mimeType = '{_FOLDER}' and trashed = false "
            f"and (name = '{quoted(name)}' or {has_mark(_FOLDER_KEY, mark)})"
        )
        if found := await self._found(wanted):
            return found[0]["id"]
        body = {"name": name, "mimeType": _FOLDER, "parents": [parent], "appProperties": {_FOLDER_KEY: mark}}
        made = await self._asked(lambda files: files.create(body=body, fields=FIELDS, supportsAllDrives=True))
        found = await self._found(wanted)
        oldest = found[0] if found else made
        if oldest["id"] != made["id"]:
            await self._delete(made["id"])
        return oldest["id"]

    async def _placed(self, key: str) -> dict[int, Any]:
        """What is there under the key, by the file's number; of several the oldest."""
        there: dict[int, Any] = {}
        for each in await self._found(f"{has_mark(_KEY, key)} and trashed = false"):
            there.setdefault(int(each["appProperties"][_NUMBER]), each)
        return there

    async def _uploaded(self, parent: str, file: NewFile, key: str, number: int, sent: Sent) -> Any:
        body = {
            "name": safe_name(file.name),
            "parents": [parent],
            "appProperties": {_KEY: key, _NUMBER: str(number)},
        }
        try:
            made = await self._sent(body, file, number, sent)
        except _SessionGone:
            # What was sent may have become a file before the session went.
            made = (await self._placed(key)).get(number) or await self._sent(body, file, number, sent)
        # Another try of the same step may have been at it.
        oldest = (await self._placed(key)).get(number, made)
        if oldest["id"] != made["id"]:
            await self._delete(made["id"])
        return oldest

    async def _sent(self, body: dict[str, Any], file: NewFile, number: int, sent: Sent) -> Any:
        """Sends the file, chunk by chunk; each is tried as often as a request, and goes on where it was cut off."""
        request = await self._client.upload(body, file, FIELDS)

        async def chunk() -> tuple[int, Any]:
            try:
                return await self._client.next_chunk(request)
            except Exception as error:
                if request.resumable_uri is not None and status_of(error) in _GONE:
                    raise _SessionGone from error
                raise

        answer = None
        while answer is None:
            count, answer = await self._tried(chunk)
            sent.of(number, count)
        return answer

    async def _found(self, wanted: str) -> list[Any]:
        """The files that are wanted, the oldest first."""
        return (await self._asked(lambda files: listing(files, wanted)))["files"]

    async def _delete(self, file_id: str) -> None:
        try:
            await self._asked(lambda files: files.delete(fileId=file_id, supportsAllDrives=True))
        except EngineFailed as failed:
            # Gone already, or ours no more: it is one too many, and does no harm.
            if failed.kind == "transient":
                raise

    async def _asked(self, make: Callable[[Any], Any]) -> Any:
        return await self._tried(lambda: self._client.asked(make))

    async def _tried(self, ask: Callable[[], Awaitable[T]]) -> T:
        return await answer_of(self, ask, trouble_of, self._pace, self._persistence)


class _SessionGone(Exception):
    """Drive knows nothing of this upload any more."""
