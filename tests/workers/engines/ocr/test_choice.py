"""Which engine reads: asked for, configured, or the best that is there."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.programs import tesseract
from workers.engines.failures import EngineFailed
from workers.engines.ocr.choice import Choice, DocumentAiPlace, OcrEngines

pytestmark = pytest.mark.anyio

_PLACE = DocumentAiPlace("harbour", "eu", "reader", endpoint="http://127.0.0.1:9")


@pytest.fixture
async def local() -> AsyncIterator[OcrEngines]:
    engines = OcrEngines()
    yield engines
    await engines.close()


@dataclass
class _Settings:
    ocr_engine: Choice = "auto"
    workers: int = 1
    slots: int = 1
    page_seconds: float = 60.0
    step_seconds: float = 600.0
    child_cpu_seconds: float = 300.0
    documentai_project: str | None = None
    documentai_location: str = "us"
    documentai_processor: str | None = None
    documentai_credentials_file: Path | None = None
    documentai_endpoint: str | None = None
    documentai_requests_per_minute: int = 600
    documentai_in_flight: int = 4
    documentai_file_bytes: int = 20_000_000


async def test_auto_takes_document_ai_where_it_is_configured() -> None:
    """Whatever the languages."""
    engines = OcrEngines(documentai=_PLACE)
    assert engines.choose(["vi"]).name == engines.choose().name == "documentai"
    await engines.close()


async def test_auto_takes_rapidocr_otherwise(local: OcrEngines) -> None:
    """It is always there."""
    assert local.choose().name == local.choose(["en", "fr"]).name == "rapidocr"


async def test_auto_takes_tesseract_for_vietnamese(local: OcrEngines) -> None:
    """Where it is installed with all the languages asked for, and only then."""
    tesseract()
    assert local.choose(["en", "vi"]).name == "tesseract"
    assert local.choose(["vi", "tlh"]).name == "rapidocr"


async def test_auto_reads_vietnamese_without_tesseract(
    local: OcrEngines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Badly, but at all."""
    monkeypatch.setenv("PATH", "/nowhere")
    assert local.choose(["vi"]).name == "rapidocr"


@pytest.mark.parametrize("asked", ["rapidocr", "tesseract", "documentai"])
async def test_a_choice_is_kept(asked: Choice) -> None:
    """Of a request before the configured one, and the configured one before the best."""
    engines = OcrEngines(documentai=_PLACE)
    assert engines.choose(["vi"], asked).name == asked
    await engines.close()
    engines = OcrEngines(configured=asked, documentai=_PLACE)
    assert engines.choose(["vi"]).name == asked
    await engines.close()


async def test_document_ai_without_configuration_is_refused(local: OcrEngines) -> None:
    """No other engine steps in for one that was asked for by name."""
    with pytest.raises(EngineFailed) as failed:
        local.choose(asked="documentai")
    assert (failed.value.code, failed.value.kind) == ("ocr_unavailable", "fatal")


async def test_states_say_what_works_and_why_not(local: OcrEngines, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the admin page and `headway doctor`."""
    monkeypatch.setenv("PATH", "/nowhere")
    states = await local.states()
    assert states["rapidocr"] == ("ok", None)
    assert states["documentai"] == ("absent", None)
    state, reason = states["tesseract"]
    assert state == "unavailable"
    assert "tesseract-ocr" in (reason or "")


async def test_settings_configure_document_ai_only_whole() -> None:
    """A project without a processor is no Document AI."""
    half = OcrEngines.from_settings(_Settings(documentai_project="harbour"))
    whole = OcrEngines.from_settings(_Settings(documentai_project="harbour", documentai_processor="reader"))
    assert (half.choose().name, whole.choose().name) == ("rapidocr", "documentai")
