"""Document AI: the real client over real gRPC, against a simulator that can misbehave."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import grpc
import pymupdf
import pytest
from google.cloud import documentai_v1 as documentai

from tests.support.documentai_simulator import (
    DocumentAiSimulator,
    answer_at_length,
    answer_changed,
    answer_well,
    break_off,
    held_by,
    refuse,
    stall,
)
from tests.support.documentai_truth import known_pages
from tests.support.reading import read_all
from tests.support.scans import ENGLISH, FRENCH, VIETNAMESE, paragraphs, read_share, typed, words_of
from tests.support.waiting import until
from workers.engines.failures import EngineFailed
from workers.engines.ocr.documentai import DocumentAi, DocumentAiPlace
from workers.engines.ocr.port import OcrRequest, PageToRead
from workers.engines.persistence import Persistence

pytestmark = pytest.mark.anyio

_HASTY = Persistence(call_seconds=20, tries=3, first_wait_seconds=0.01, longest_wait_seconds=0.02)


@pytest.fixture
async def simulator() -> AsyncIterator[DocumentAiSimulator]:
    async with DocumentAiSimulator() as simulator:
        yield simulator


@pytest.fixture
async def engine(simulator: DocumentAiSimulator) -> AsyncIterator[DocumentAi]:
    engine = DocumentAi(_place(simulator), _HASTY)
    yield engine
    await engine.close()


def _place(
    simulator: DocumentAiSimulator, in_flight: int = 4, file_bytes: int = 1_000_000
) -> DocumentAiPlace:
    return DocumentAiPlace(
        "harbour", "eu", "reader", endpoint=simulator.endpoint, in_flight=in_flight, file_bytes=file_bytes
    )


def _asked(*htmls: str, languages: tuple[str, ...] = ()) -> tuple[OcrRequest, list[list[str]]]:
    """A request for these pages, numbered from 7, and the words on each."""
    whole, words = pymupdf.open(), list[list[str]]()
    for html in htmls:
        one = typed(html)
        words.append(words_of(one))
        whole.insert_pdf(one)
    pages = tuple(PageToRead(number, 595, 842) for number in range(7, 7 + len(htmls)))
    return OcrRequest(pages, pdf=whole.tobytes(), languages=languages), words


async def _failure(engine: DocumentAi, request: OcrRequest | None = None) -> EngineFailed:
    with pytest.raises(EngineFailed) as failed:
        await read_all(engine, request or _asked("<p>Bill of lading</p>")[0])
    return failed.value


async def test_reads_a_group_of_pages_with_every_word(engine: DocumentAi) -> None:
    """Pages keep the numbers they were asked by; text, boxes in points, confidence and headings are there."""
    request, words = _asked(f"<h1>Trials</h1>{paragraphs(ENGLISH)}", paragraphs(FRENCH, VIETNAMESE))
    first, second = await read_all(engine, request)
    assert (first.number, second.number) == (7, 8)
    assert (first.route, first.engine, first.width, first.height) == ("ocr", "documentai", 595, 842)
    assert read_share(words[0], first.text) == read_share(words[1], second.text) == 1
    assert first.markdown.startswith("## Trials\n\nThe harbour master")
    assert second.text.count("\n\n") == 1
    x0, y0, x1, y1 = first.lines[0].box
    assert 50 <= x0 <= 60 <= x1 <= 160
    assert 50 <= y0 < y1 <= 130
    assert first.lines[0].confidence == pytest.approx(0.98, abs=0.001)


async def test_asks_for_no_more_than_it_reads(engine: DocumentAi, simulator: DocumentAiSimulator) -> None:
    """The processor by its full name, hints, and a field mask that leaves the page images out."""
    request, _ = _asked("<p>Giấy chứng nhận</p>", languages=("vi", "en"))
    await read_all(engine, request)
    (sent,) = simulator.requests
    assert sent.name == "projects/harbour/locations/eu/processors/reader"
    assert sent.raw_document.mime_type == "application/pdf"
    assert list(sent.process_options.ocr_config.hints.language_hints) == ["vi", "en"]
    assert not sent.process_options.ocr_config.enable_native_pdf_parsing
    assert "text" in sent.field_mask.paths
    assert not {"pages", "pages.image", "pages.tokens"} & set(sent.field_mask.paths)


@pytest.mark.parametrize(
    "status",
    [
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.DEADLINE_EXCEEDED,
    ],
)
async def test_tries_again_what_may_pass(
    engine: DocumentAi, simulator: DocumentAiSimulator, status: grpc.StatusCode
) -> None:
    """Two refusals cost time, not the page."""
    simulator.next(refuse(status), refuse(status))
    request, words = _asked("<p>Bill of lading</p>")
    (page,) = await read_all(engine, request)
    assert read_share(words[0], page.text) == 1
    assert len(simulator.requests) == 3


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "ocr_quota"),
        (grpc.StatusCode.UNAVAILABLE, "ocr_busy"),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "ocr_timed_out"),
    ],
)
async def test_gives_up_after_its_tries(
    engine: DocumentAi, simulator: DocumentAiSimulator, status: grpc.StatusCode, code: str
) -> None:
    """A quota that stays used up is a transient failure, for the step to try later."""
    simulator.next(*[refuse(status)] * 5)
    failed = await _failure(engine)
    assert (failed.code, failed.kind) == (code, "transient")
    assert len(simulator.requests) == 3


async def test_hands_on_when_to_come_back(simulator: DocumentAiSimulator) -> None:
    """The service's own waiting time is kept, and a wait past the last begin is not begun."""
    engine = DocumentAi(_place(simulator), Persistence(total_seconds=5))
    simulator.next(refuse(grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after=90.5))
    failed = await _failure(engine)
    await engine.close()
    assert (failed.code, failed.retry_after) == ("ocr_quota", 90.5)
    assert len(simulator.requests) == 1


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (grpc.StatusCode.PERMISSION_DENIED, "ocr_denied", "fatal"),
        (grpc.StatusCode.UNAUTHENTICATED, "ocr_denied", "fatal"),
        (grpc.StatusCode.NOT_FOUND, "ocr_denied", "fatal"),
        (grpc.StatusCode.INVALID_ARGUMENT, "ocr_refused", "usage"),
    ],
)
async def test_does_not_repeat_what_is_refused_for_good(
    engine: DocumentAi, simulator: DocumentAiSimulator, status: grpc.StatusCode, code: str, kind: str
) -> None:
    """Credentials and documents that are refused once are refused again; details stay in the log."""
    simulator.next(refuse(status, "secret detail"))
    failed = await _failure(engine)
    assert (failed.code, failed.kind) == (code, kind)
    assert "secret" not in str(failed.params)
    assert "secret detail" in failed.detail
    assert len(simulator.requests) == 1


async def test_an_answer_that_never_comes_is_a_time_out(simulator: DocumentAiSimulator) -> None:
    """Each try has a limit of its own; the server learns that nobody waits."""
    engine = DocumentAi(_place(simulator), Persistence(call_seconds=0.3, tries=1))
    simulator.next(stall)
    failed = await _failure(engine)
    assert (failed.code, failed.kind) == ("ocr_timed_out", "transient")
    await until(lambda: simulator.given_up == 1, "the server learns it")
    await engine.close()


async def test_cancelling_gives_up_the_request(engine: DocumentAi, simulator: DocumentAiSimulator) -> None:
    """A cancelled job costs nothing more, and its place is free at once."""
    simulator.next(stall)
    reading = asyncio.create_task(read_all(engine, _asked("<p>x</p>")[0]))
    await until(lambda: simulator.under_way == 1, "a request under way")
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await until(lambda: simulator.given_up == 1, "the server learns it")


async def test_takes_an_answer_past_the_usual_message_limit(
    engine: DocumentAi, simulator: DocumentAiSimulator
) -> None:
    """More than 4 MiB come through, the first time."""
    simulator.next(answer_at_length)
    request, words = _asked("<p>Bill of lading</p>")
    (page,) = await read_all(engine, request)
    assert read_share(words[0], page.text) == 1
    assert len(simulator.requests) == 1


async def test_a_connection_cut_mid_answer_is_tried_again(
    engine: DocumentAi, simulator: DocumentAiSimulator
) -> None:
    """Half an answer is none; the next one is taken."""
    simulator.next(break_off)
    request, words = _asked("<p>Bill of lading</p>")
    (page,) = await read_all(engine, request)
    assert read_share(words[0], page.text) == 1
    assert len(simulator.requests) == 2


async def test_nobody_there_is_a_transient_failure() -> None:
    """A service that can't be reached is busy, not broken for good."""
    place = DocumentAiPlace("harbour", "eu", "reader", endpoint="http://127.0.0.1:9")
    engine = DocumentAi(place, _HASTY)
    failed = await _failure(engine)
    await engine.close()
    assert (failed.code, failed.kind) == ("ocr_busy", "transient")


def _anchor_far_out(document: documentai.Document) -> None:
    document.pages[0].lines[0].layout.text_anchor.text_segments[0].end_index = 99_999


def _no_pages(document: documentai.Document) -> None:
    document.pages = []


def _one_page_too_many(document: documentai.Document) -> None:
    document.pages.append(document.pages[0])


def _same_page_twice(document: documentai.Document) -> None:
    document.pages[1].page_number = 1


def _no_corners(document: documentai.Document) -> None:
    document.pages[0].lines[0].layout.bounding_poly = documentai.BoundingPoly()


def _corner_of_no_number(document: documentai.Document) -> None:
    document.pages[0].lines[0].layout.bounding_poly.normalized_vertices[0].x = float("nan")


def _bad_transform(document: documentai.Document) -> None:
    document.pages[0].transforms = [documentai.Document.Page.Matrix(rows=2, cols=3, type_=6, data=b"short")]


def _own_error(document: documentai.Document) -> None:
    document.error.code = 13


@pytest.mark.parametrize(
    "change",
    [
        _anchor_far_out,
        _no_pages,
        _one_page_too_many,
        _same_page_twice,
        _no_corners,
        _corner_of_no_number,
        _bad_transform,
        _own_error,
    ],
)
async def test_an_answer_that_fits_nothing_is_a_failure(
    engine: DocumentAi, simulator: DocumentAiSimulator, change: Callable[[documentai.Document], None]
) -> None:
    """Nonsense never becomes a page."""
    simulator.next(answer_changed(change))
    failed = await _failure(engine, _asked("<p>Bill of lading</p>", "<p>Page two</p>")[0])
    assert (failed.code, failed.kind) == ("ocr_nonsense", "transient")


async def test_keeps_to_its_requests_in_flight(simulator: DocumentAiSimulator) -> None:
    """With two places, the third request waits for one of them."""
    engine, gate = DocumentAi(_place(simulator, in_flight=2), _HASTY), asyncio.Event()
    simulator.next(*[held_by(gate)] * 4)
    request, _ = _asked("<p>x</p>")
    reading = asyncio.gather(*(read_all(engine, request) for _ in range(4)))
    await until(lambda: simulator.under_way == 2, "two requests under way")
    gate.set()
    await reading
    await engine.close()
    assert len(simulator.requests) == 4
    assert simulator.most_under_way == 2


async def test_refuses_what_is_too_large_before_sending_it(simulator: DocumentAiSimulator) -> None:
    """The limit of the service costs no upload."""
    engine = DocumentAi(_place(simulator, file_bytes=1_000))
    failed = await _failure(engine)
    await engine.close()
    assert (failed.code, failed.kind) == ("ocr_too_large", "usage")
    assert not simulator.requests


async def test_reads_scans_by_a_given_truth() -> None:
    """A simulator that knows what is on a scan can stand in for the service in journeys."""
    async with DocumentAiSimulator(known_pages([["Bill of lading", "Bergen"]])) as simulator:
        simulator.next(answer_well)
        engine = DocumentAi(_place(simulator))
        (page,) = await read_all(engine, _asked("")[0])
        await engine.close()
    assert page.text == "Bill of lading\nBergen"


async def test_check_names_credentials_that_are_missing() -> None:
    """For an operator; nothing is asked of the service."""
    engine = DocumentAi(DocumentAiPlace("harbour", "eu", "reader", credentials_file=Path("no/such/key.json")))
    assert "no/such/key.json" in (await engine.check() or "")
