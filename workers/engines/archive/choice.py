"""Where documents are archived: what was configured, else the best that is there."""

import asyncio
from pathlib import Path
from typing import Literal, Protocol, Self, TypeAlias

from service.adapters.blob_store import BucketSettings
from workers.engines.archive.drive import ENGINE as DRIVE
from workers.engines.archive.drive import DriveArchive
from workers.engines.archive.drive_client import DrivePlace
from workers.engines.archive.folder import FolderArchive
from workers.engines.archive.port import ArchiveEngine
from workers.engines.failures import EngineFailed
from workers.engines.persistence import Persistence

Choice: TypeAlias = Literal["auto", "folder", "object_storage", "drive"]
State: TypeAlias = Literal["ok", "unavailable", "absent"]
_BUCKET = "object_storage"


class ArchiveSettings(BucketSettings, Protocol):
    """The settings that choose the engine and say where it is."""

    archive_engine: Choice
    archive_folder: Path | None
    archive_url: str | None
    data_dir: Path
    step_seconds: float
    drive_folder: str | None
    drive_credentials_file: Path | None
    drive_endpoint: str | None
    drive_requests_per_minute: int
    drive_in_flight: int


class ArchiveEngines:
    """The engines of one worker process. Nothing is opened before it is used; a folder is always there."""

    def __init__(self, folder: Path, configured: Choice = "auto", *others: ArchiveEngine) -> None:
        self._configured = configured
        self._engines: dict[str, ArchiveEngine] = {each.name: each for each in others}
        self._folder = FolderArchive(folder)

    @classmethod
    def from_settings(cls, settings: ArchiveSettings) -> Self:
        """As configured: what is not stays away."""
        others: list[ArchiveEngine] = []
        if settings.drive_folder is not None:
            place = DrivePlace(
                folder=settings.drive_folder,
                credentials_file=settings.drive_credentials_file,
                endpoint=settings.drive_endpoint,
                requests_per_minute=settings.drive_requests_per_minute,
                in_flight=settings.drive_in_flight,
            )
            others.append(DriveArchive(place, Persistence.within(settings.step_seconds)))
        if settings.archive_url is not None:
            # Here, since its client takes long to load.
            from service.adapters.bucket import BucketPlace
            from workers.engines.archive.object_storage import BucketArchive

            others.append(BucketArchive(BucketPlace.of(settings, settings.archive_url)))
        folder = settings.archive_folder or settings.data_dir / "archive"
        return cls(folder, settings.archive_engine, *others)

    def choose(self) -> ArchiveEngine:
        """Google Drive when configured, else object storage, else the folder; or what was asked for.

        Raises EngineFailed("archive_unavailable").
        """
        if self._configured == "auto":
            return self._engines.get(DRIVE) or self._engines.get(_BUCKET) or self._folder
        if self._configured == "folder":
            return self._folder
        found = self._engines.get(self._configured)
        if found is None:
            raise EngineFailed("archive_unavailable", {}, kind="fatal", detail="it is not configured")
        return found

    async def states(self) -> dict[str, tuple[State, str | None]]:
        """Each engine's state by name, with the reason when it is not ok; `absent` is what is not configured."""
        engines = [self._folder, *self._engines.values()]
        reasons = await asyncio.gather(*(engine.check() for engine in engines))
        states: dict[str, tuple[State, str | None]] = {DRIVE: ("absent", None), _BUCKET: ("absent", None)}
        for engine, reason in zip(engines, reasons, strict=True):
            states[engine.name] = ("ok", None) if reason is None else ("unavailable", reason)
        return states

    async def close(self) -> None:
        """Lets go of all connections."""
        await asyncio.gather(*(engine.close() for engine in (self._folder, *self._engines.values())))
