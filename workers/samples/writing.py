"""The set of sample documents, and how each must end."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from workers.engines.pdf.mupdf import pymupdf
from workers.samples.books import story_pdf
from workers.samples.certificate import AURORA, AURORA_LOAD_LINE, NORDWIND, certificate_pdf
from workers.samples.report import manual_docx, mixed_pdf
from workers.samples.scan import scanned_pdf

EXPECTED = "expected.json"
STORY, STORY_SENTENCES = "le-phare-des-sablons.pdf", 3277


@dataclass(frozen=True, slots=True)
class Sample:
    """A document, and how its job must end.

    `routes` has a letter a page (t text, o OCR); `words` must all be found in its text, a certificate's summary or the
    sentences of a book, of which there are `sentences`; `failure` is the code of the error where the job must fail.
    A document may come again, for another pipeline.
    """

    name: str
    make: Callable[[], bytes]
    routes: str
    words: tuple[str, ...] = ()
    failure: str | None = None
    pipeline: str = "text"
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    sentences: int | None = None


def _scanned_certificate() -> bytes:
    with pymupdf.open(stream=certificate_pdf(NORDWIND), filetype="pdf") as original:
        return scanned_pdf(original[0], degrees=1.4, seed=9)


def _damaged() -> bytes:
    """It begins as a PDF and ends as one; between them nothing can be saved."""
    noise = random.Random(13).randbytes(60_000).replace(b"obj", b"___")
    return b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + noise + b"\nstartxref\n58211\n%%EOF\n"


SAMPLES = (
    Sample(
        "certificate.pdf",
        lambda: certificate_pdf(AURORA),
        "t",
        ("MV AURORA STAR", "9074729", "BRS-2024-01873", "2029-06-20"),
        pipeline="certificate",
    ),
    Sample(
        "certificate-load-line.pdf",
        lambda: certificate_pdf(AURORA_LOAD_LINE),
        "t",
        ("MV AURORA STAR", "9074729", "BRS-2024-02214", "2029-07-01"),
        pipeline="certificate",
    ),
    Sample(
        STORY,
        story_pdf,
        "t" * 60,
        ("Chapitre", "phare", "Hortense"),
        pipeline="sentences",
        # Rules give the same sentences wherever they run; and chunks can be seen to come one after the other.
        options={"engine": "rules", "chunk_pages": 20},
        sentences=STORY_SENTENCES,
    ),
    Sample(STORY, story_pdf, "t" * 60, ("Chapitre", "phare", "Hortense")),
    Sample("certificate-scanned.pdf", _scanned_certificate, "o", ("NORDWIND", "9319466", "2028")),
    Sample("survey-report.pdf", mixed_pdf, "toto", ("Condition", "Recommendations", "NORDWIND")),
    Sample("deck-log-manual.docx", manual_docx, "t", ("Keeping", "Signals", "erases")),
    Sample("damaged.pdf", _damaged, "", failure="broken_document"),
)


def write_samples(folder: Path) -> list[Path]:
    """Writes the documents and `expected.json` into a folder (made when missing); returns the documents' paths.

    The file: [{"name", "pipeline", "options", "state", "failure": code or null, "page_count", "routes", "words",
    "sentences": how many or null}].
    """
    folder.mkdir(parents=True, exist_ok=True)
    documents = {sample.name: sample.make for sample in SAMPLES}
    for name, make in documents.items():
        (folder / name).write_bytes(make())
    expected = [_ending(sample) for sample in SAMPLES]
    (folder / EXPECTED).write_bytes(orjson.dumps(expected, option=orjson.OPT_INDENT_2))
    return [folder / name for name in documents]


def _ending(sample: Sample) -> dict[str, Any]:
    return {
        "name": sample.name,
        "pipeline": sample.pipeline,
        "options": sample.options,
        "state": "failed" if sample.failure else "completed",
        "failure": sample.failure,
        "page_count": len(sample.routes) or None,
        "routes": sample.routes,
        "words": sample.words,
        "sentences": sample.sentences,
    }
