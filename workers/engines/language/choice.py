"""Which language engine works on a document: what was asked for, else Gemini where it is configured, else rules."""

from pathlib import Path
from typing import Literal, Protocol, Self, TypeAlias

from pydantic import SecretStr

from workers.engines.failures import EngineFailed
from workers.engines.language.gemini import Gemini, GeminiPlace
from workers.engines.language.port import LanguageEngine
from workers.engines.language.rules.engine import Rules
from workers.engines.persistence import Persistence

__all__ = ["Choice", "GeminiPlace", "LanguageEngines", "State"]

Choice: TypeAlias = Literal["auto", "gemini", "rules"]
State: TypeAlias = Literal["ok", "unavailable", "absent"]


class LanguageSettings(Protocol):
    """The settings that choose and bound the engines."""

    language_engine: Choice
    step_seconds: float
    gemini_api_key: SecretStr | None
    gemini_model: str
    gemini_project: str | None
    gemini_location: str
    gemini_credentials_file: Path | None
    gemini_endpoint: str | None
    gemini_requests_per_minute: int
    gemini_in_flight: int


class LanguageEngines:
    """The engines of one worker process. No connection is opened before the first document.

    configured: what `auto` of a request means; itself `auto` for Gemini where it is, else rules.
    gemini: None when it is not configured.
    """

    def __init__(
        self, *, configured: Choice = "auto", step_seconds: float = 600.0, gemini: GeminiPlace | None = None
    ) -> None:
        self._configured = configured
        self._rules = Rules()
        self._gemini = None
        if gemini is not None:
            self._gemini = Gemini(gemini, Persistence.within(step_seconds))

    def choose(self, asked: Choice = "auto") -> LanguageEngine:
        """The engine for a document. Raises EngineFailed("language_unavailable")."""
        choice = asked if asked != "auto" else self._configured
        if choice == "rules":
            return self._rules
        if choice == "gemini" and self._gemini is None:
            raise EngineFailed(
                "language_unavailable",
                {"engine": Gemini.shown_name},
                kind="fatal",
                detail="Gemini is not configured",
            )
        return self._gemini or self._rules

    @classmethod
    def from_settings(cls, settings: LanguageSettings) -> Self:
        """The engines of one worker. With a key Gemini's own service is asked, else Vertex AI of the project."""
        place = None
        if settings.gemini_api_key is not None or settings.gemini_project is not None:
            key = settings.gemini_api_key
            place = GeminiPlace(
                model=settings.gemini_model,
                api_key=key.get_secret_value() if key is not None else None,
                project=settings.gemini_project,
                location=settings.gemini_location,
                credentials_file=settings.gemini_credentials_file,
                endpoint=settings.gemini_endpoint,
                requests_per_minute=settings.gemini_requests_per_minute,
                in_flight=settings.gemini_in_flight,
            )
        return cls(configured=settings.language_engine, step_seconds=settings.step_seconds, gemini=place)

    async def states(self) -> dict[str, tuple[State, str | None]]:
        """Each engine's state by name, with the reason when it is not ok; `absent` is what is not configured."""
        states: dict[str, tuple[State, str | None]] = {Gemini.name: ("absent", None)}
        for engine in self._engines():
            reason = await engine.check()
            states[engine.name] = ("ok", None) if reason is None else ("unavailable", reason)
        return states

    async def close(self) -> None:
        """Lets go of all connections."""
        for engine in self._engines():
            await engine.close()

    def _engines(self) -> list[LanguageEngine]:
        return [self._rules] if self._gemini is None else [self._rules, self._gemini]
