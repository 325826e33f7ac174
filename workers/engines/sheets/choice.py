"""Whether there is an engine for spreadsheets, as configured."""

from pathlib import Path
from typing import Literal, Protocol, Self, TypeAlias

from workers.engines.failures import EngineFailed
from workers.engines.persistence import Persistence
from workers.engines.sheets.google_sheets import ENGINE, GoogleSheets, SheetsPlace

State: TypeAlias = Literal["ok", "unavailable", "absent"]


class SheetsSettings(Protocol):
    """The settings that say where spreadsheets are made."""

    step_seconds: float
    drive_folder: str | None
    drive_credentials_file: Path | None
    drive_endpoint: str | None
    drive_in_flight: int
    sheets_endpoint: str | None
    sheets_requests_per_minute: int


class SheetsEngines:
    """The engine of one worker process, if it has one. Nothing is opened before it is used."""

    def __init__(self, engine: GoogleSheets | None = None) -> None:
        self._engine = engine

    @classmethod
    def from_settings(cls, settings: SheetsSettings) -> Self:
        """New spreadsheets come into the folder of Drive that was configured."""
        if settings.drive_folder is None:
            return cls()
        place = SheetsPlace(
            folder=settings.drive_folder,
            credentials_file=settings.drive_credentials_file,
            drive_endpoint=settings.drive_endpoint,
            endpoint=settings.sheets_endpoint,
            requests_per_minute=settings.sheets_requests_per_minute,
            in_flight=settings.drive_in_flight,
        )
        return cls(GoogleSheets(place, Persistence.within(settings.step_seconds)))

    def engine(self) -> GoogleSheets:
        """Raises EngineFailed("sheets_unavailable") where there is none."""
        if self._engine is None:
            raise EngineFailed("sheets_unavailable", {}, kind="fatal", detail="no folder is configured")
        return self._engine

    async def states(self) -> dict[str, tuple[State, str | None]]:
        """The engine's state by name, with the reason when it is not ok; `absent` where it is not configured."""
        if self._engine is None:
            return {ENGINE: ("absent", None)}
        reason = await self._engine.check()
        return {ENGINE: ("ok", None) if reason is None else ("unavailable", reason)}

    async def close(self) -> None:
        """Lets go of all connections."""
        if self._engine is not None:
            await self._engine.close()
