"""Which OCR engine reads a document: what was asked for, else the best that is there."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol, Self, TypeAlias

from workers.engines.failures import EngineFailed
from workers.engines.ocr.documentai import DocumentAi, DocumentAiPlace
from workers.engines.ocr.port import OcrEngine
from workers.engines.ocr.rapid import RapidOcr
from workers.engines.ocr.tesseract import Tesseract
from workers.engines.persistence import Persistence

__all__ = ["Choice", "DocumentAiPlace", "OcrEngines", "State"]

Choice: TypeAlias = Literal["auto", "rapidocr", "tesseract", "documentai"]
State: TypeAlias = Literal["ok", "unavailable", "absent"]
# What RapidOCR's models can't read well, and Tesseract can.
_BETTER_WITH_TESSERACT = frozenset({"vi"})


class OcrSettings(Protocol):
    """The settings that choose and bound the engines."""

    ocr_engine: Choice
    workers: int
    slots: int
    page_seconds: float
    step_seconds: float
    child_cpu_seconds: float
    documentai_project: str | None
    documentai_location: str
    documentai_processor: str | None
    documentai_credentials_file: Path | None
    documentai_endpoint: str | None
    documentai_requests_per_minute: int
    documentai_in_flight: int
    documentai_file_bytes: int


class OcrEngines:
    """The engines of one worker process. Nothing is started before the first page is read.

    configured: what `auto` of a request means; itself `auto` for the best that is there.
    slots: the most pages that are read at a time; threads: what each of them may use where that pays.
    cpu_seconds: the computing time of a local engine's child for a page.
    documentai: None when it is not configured.
    """

    def __init__(
        self,
        *,
        configured: Choice = "auto",
        slots: int = 1,
        threads: int = 1,
        page_seconds: float = 60.0,
        step_seconds: float = 600.0,
        cpu_seconds: float = 300.0,
        documentai: DocumentAiPlace | None = None,
    ) -> None:
        self._configured = configured
        self._rapid = RapidOcr(
            children=slots, threads=threads, page_seconds=page_seconds, cpu_seconds=cpu_seconds
        )
        self._tesseract = Tesseract(page_seconds=page_seconds, cpu_seconds=cpu_seconds)
        self._documentai = None
        if documentai is not None:
            self._documentai = DocumentAi(documentai, Persistence.within(step_seconds))

    def choose(self, languages: Sequence[str] = (), asked: Choice = "auto") -> OcrEngine:
        """The engine for a document in these languages (ISO 639-1; none: unknown).

        `auto` is Document AI when configured, else RapidOCR, or Tesseract where it reads one of the languages
        better and is installed with all of them (it is asked once). Raises EngineFailed("ocr_unavailable").
        """
        choice = asked if asked != "auto" else self._configured
        if choice == "documentai":
            if self._documentai is None:
                detail = "Document AI is not configured"
                raise EngineFailed(
                    "ocr_unavailable", {"engine": "Google Document AI"}, kind="fatal", detail=detail
                )
            return self._documentai
        if choice == "tesseract":
            return self._tesseract
        if choice == "rapidocr":
            return self._rapid
        return self._documentai or self._best_local(languages)

    @classmethod
    def from_settings(cls, settings: OcrSettings) -> Self:
        """The engines of one of the workers that share this machine's cores."""
        place = None
        if settings.documentai_project and settings.documentai_processor:
            place = DocumentAiPlace(
                project=settings.documentai_project,
                location=settings.documentai_location,
                processor=settings.documentai_processor,
                credentials_file=settings.documentai_credentials_file,
                endpoint=settings.documentai_endpoint,
                requests_per_minute=settings.documentai_requests_per_minute,
                in_flight=settings.documentai_in_flight,
                file_bytes=settings.documentai_file_bytes,
            )
        return cls(
            configured=settings.ocr_engine,
            slots=settings.slots,
            threads=max(1, len(os.sched_getaffinity(0)) // (settings.workers * settings.slots)),
            page_seconds=settings.page_seconds,
            step_seconds=settings.step_seconds,
            cpu_seconds=settings.child_cpu_seconds,
            documentai=place,
        )

    async def states(self) -> dict[str, tuple[State, str | None]]:
        """Each engine's state by name, with the reason when it is not ok; `absent` is what is not configured."""
        engines: list[OcrEngine] = [self._rapid, self._tesseract]
        if self._documentai is not None:
            engines.append(self._documentai)
        reasons = await asyncio.gather(*(engine.check() for engine in engines))
        states: dict[str, tuple[State, str | None]] = {DocumentAi.name: ("absent", None)}
        for engine, reason in zip(engines, reasons, strict=True):
            states[engine.name] = ("ok", None) if reason is None else ("unavailable", reason)
        return states

    async def close(self) -> None:
        """Lets go of all children and connections."""
        engines: list[OcrEngine] = [self._rapid, self._tesseract]
        if self._documentai is not None:
            engines.append(self._documentai)
        await asyncio.gather(*(engine.close() for engine in engines))

    def _best_local(self, languages: Sequence[str]) -> OcrEngine:
        wanted = {language.lower() for language in languages}
        if wanted & _BETTER_WITH_TESSERACT and wanted <= self._tesseract.languages:
            return self._tesseract
        return self._rapid
