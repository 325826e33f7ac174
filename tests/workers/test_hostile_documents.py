"""Hostile documents through a real worker: each ends by name and with advice, and honest ones beside it end well.

The limits are settings, set low here so that a small file reaches them.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from service.domain.words import WORDS
from service.settings import load_settings
from tests.support import hostile_files as hostile
from tests.support import pdf_files
from tests.support.house import House, open_house
from tests.support.small_worker import run_until_left
from tests.workers.test_text_pipeline import PlayedOcr
from workers.engines.ocr.choice import OcrEngines
from workers.engines.toolbox import Toolbox
from workers.main import WorkerProcess, toolbox

pytestmark = pytest.mark.anyio
LIMITS = {
    "page_seconds": 4.0,
    "step_seconds": 20.0,
    "child_memory_bytes": 160 << 20,
    "max_pages": 50,
    "page_megapixels": 20,
    "archive_entries": 100,
    "unpacked_bytes": 40 << 20,
    "unpacked_ratio": 50,
    "text_bytes": 300_000,
    "table_cells": 1000,
    "markup_depth": 50,
}
SECRET = "/etc/hostname"
XXE = f'<!DOCTYPE d [<!ENTITY x SYSTEM "file://{SECRET}">]>'
NO_ROOM = {"out_of_memory", "page_out_of_memory", "all_pages_failed", "image_too_large"}
BROKEN = {"broken_document", "no_pages", "page_broken", "all_pages_failed"}
TIME_OR_ROOM = NO_ROOM | {"timed_out", "page_timed_out", "archive_bomb", "page_crashed"}

Hostile = tuple[str, str, Callable[[], bytes], set[str]]
# Name, kind, content, and the codes that it may fail with; none: it must not fail.
FAIL: list[Hostile] = [
    ("no pages", "pdf", pdf_files.empty_pdf, {"no_pages"}),
    ("a head without a body", "pdf", lambda: pdf_files.text_pdf("text")[:200], {"broken_document"}),
    ("51 pages", "pdf", lambda: pdf_files.many_pages_pdf(51), {"too_many_pages"}),
    ("two billion pages, it says", "pdf", lambda: pdf_files.lying_pdf(2_000_000_000), {"too_many_pages", *BROKEN}),
    ("lines without end", "pdf", lambda: hostile.exploding_contents_pdf(300), TIME_OR_ROOM),
    ("a PNG of 900 megapixels", "png", lambda: hostile.png_bomb(30_000), NO_ROOM),
    ("a WEBP of 256 megapixels", "webp", lambda: hostile.webp_bomb(16_000), {"image_too_large"}),
    ("a ratio of a thousand", "docx", lambda: hostile.zip_bomb(30 << 20), {"archive_bomb"}),
    ("more than may be unpacked", "docx", lambda: hostile.zip_bomb(41 << 20), {"archive_bomb"}),
    ("an archive that lies", "docx", lambda: hostile.zip_that_lies(30 << 20), {"broken_document"}),
    ("101 parts", "docx", lambda: hostile.many_parts(101), {"archive_too_many_files"}),
    ("office's encryption", "docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), {"archive_encrypted"}),
    ("an outer entity", "docx", lambda: hostile.word(hostile.word_text("&x;"), XXE), {"unsafe_document"}),
    ("laughs in a text", "docx", lambda: hostile.word(hostile.word_text("&l9;"), hostile.LAUGHS), {"unsafe_document"}),
    ("laughs in slides", "pptx", lambda: hostile.slides("&l9;", hostile.LAUGHS), {"unsafe_document"}),
    ("laughs in a sheet", "xlsx", lambda: hostile.workbook("&l9;", hostile.LAUGHS), {"unsafe_document"}),
    ("elements in elements", "docx", lambda: hostile.word("<w:sdt>" * 400 + "</w:sdt>" * 400), {"markup_too_deep"}),
    ("a page in pages", "html", lambda: b"<div>" * 60 + b"deep" + b"</div>" * 60, {"markup_too_deep"}),
    ("a book in books", "epub", lambda: hostile.book("<div>" * 60 + "deep" + "</div>" * 60), {"markup_too_deep"}),
    ("a long text", "txt", lambda: b"word " * 61_000, {"text_too_large"}),
    ("a long chapter", "epub", lambda: hostile.book("<p>" + "word " * 61_000), {"text_too_large"}),
    ("a wide sheet", "csv", lambda: b"1,2,3\n" * 400, {"table_too_large"}),
    ("bytes that are no text", "txt", lambda: b"\x7fELF\x00\x00\x01\x02" * 100, {"text_undecodable"}),
    ("pages of lines", "txt", lambda: b"line\n\n" * 5000, {"too_many_pages"}),
]  # fmt: skip
SURVIVE: list[Hostile] = [
    ("a cyclic page tree", "pdf", pdf_files.cyclic_pdf, BROKEN),
    ("cut off at nine tenths", "pdf", lambda: pdf_files.text_pdf(*["words"] * 5)[:-300], BROKEN),
    ("a giant page", "pdf", lambda: pdf_files.giant_page_pdf(14_400), {"page_too_large", "all_pages_failed"}),
    ("a picture of 900 megapixels", "pdf", lambda: hostile.flate_picture_pdf(30_000), TIME_OR_ROOM | BROKEN),
    ("JBIG2", "pdf", lambda: hostile.jbig2_pdf(60_000), TIME_OR_ROOM | BROKEN),
    ("JPEG 2000", "pdf", lambda: hostile.jpx_pdf(60_000), TIME_OR_ROOM | BROKEN),
    ("packed twice", "pdf", lambda: hostile.bomb_in_bomb_pdf(400), TIME_OR_ROOM | BROKEN),
    ("a font of 400 MiB", "pdf", lambda: hostile.font_bomb_pdf(400), TIME_OR_ROOM | BROKEN),
    ("arrays in arrays", "pdf", lambda: hostile.nested_arrays_pdf(50_000), TIME_OR_ROOM | BROKEN),
    ("a tree of one branch", "pdf", lambda: hostile.deep_tree_pdf(3000), TIME_OR_ROOM | BROKEN),
    ("names of 300,000 letters", "pdf", lambda: hostile.huge_names_pdf(300_000), BROKEN),
    ("a drawing of itself", "pdf", hostile.form_in_itself_pdf, BROKEN),
    ("archives in archives", "docx", lambda: hostile.zip_in_zip(50), set()),
    ("an entity in a book", "epub", lambda: hostile.book(f"{XXE}<p>harmless &x; words</p>"), set()),
    ("laughs in a book", "epub", lambda: hostile.book("<p>harmless</p>", hostile.LAUGHS), {"broken_document"}),
    ("laughs in a page", "html", f"{hostile.LAUGHS}<p>harmless &l9; words".encode, set()),
    ("a picture's entities", "html", f"<p>harmless</p><svg>{XXE}<text>&x;</text></svg>".encode, set()),
    ("a script", "html", lambda: b"<p>harmless<script>alert(1)</script><img src=x onerror=alert(1)>", set()),
    ("formulas", "csv", lambda: b'=HYPERLINK("http://x"),+1\n@SUM(1),-2\n', set()),
    ("brackets", "md", lambda: b"[" * 60_000, {"markup_too_deep", *TIME_OR_ROOM}),
    ("quotes in quotes", "md", lambda: b">" * 5000 + b" deep", {"markup_too_deep", *TIME_OR_ROOM}),
]  # fmt: skip


@pytest.fixture(scope="module")
async def tools(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Toolbox]:
    settings = load_settings(data_dir=tmp_path_factory.mktemp("tools"), **LIMITS)
    async with toolbox(settings) as opened:
        await opened.sandbox.start()
        yield replace(opened, ocr=cast("OcrEngines", PlayedOcr()))


@pytest.fixture
async def house(sqlite_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(sqlite_url, redis_url, tmp_path / "data", drain_seconds=0.6) as opened:
        yield opened


async def ends_of(house: House, tools: Toolbox, documents: list[Hostile]) -> list[tuple[str, str, set[str]]]:
    """The documents with honest neighbours: name, state and codes of each; the neighbours have ended well."""
    process = WorkerProcess(house.settings.model_copy(update={"slots": 2}), house.a, tools)
    async with run_until_left(process):
        jobs: dict[str, str] = {}
        neighbours: list[str] = []
        for number, (name, kind, make, _) in enumerate(documents):
            jobs[name] = (await house.accept(f"{number}.{kind}", kind, make())).job_id
            if number % 6 == 0:
                letter = pdf_files.text_pdf(f"letter {number}")
                neighbours.append((await house.accept(f"letter{number}.pdf", "pdf", letter)).job_id)
        for job_id in neighbours:
            job = await house.state(job_id, "completed", seconds=120)
            assert (job.outcome, job.attempt) == ("success", 0)
        found: list[tuple[str, str, set[str]]] = []
        for name, job_id in jobs.items():
            job = await house.state(job_id, "completed", "failed", seconds=120)
            value = (await house.snapshot(job_id)).value
            said = [each for each in (value.get("error"), *(value.get("warnings") or {}).values()) if each]
            for each in said:
                assert each["text"] and each["advice"], f"{name} is told what to do"
                assert "{" not in each["text"] + each["advice"], f"{name} is told it in full"
            found.append((name, job.state, {each["code"] for each in said}))
        return found


async def test_each_limit_refuses_by_its_name_and_says_what_to_do(house: House, tools: Toolbox) -> None:
    expected = {name: codes for name, _, _, codes in FAIL}
    wrong = [
        (name, state, codes)
        for name, state, codes in await ends_of(house, tools, FAIL)
        if state != "failed" or not codes <= expected[name]
    ]
    assert wrong == []


async def test_what_can_be_survived_is_and_costs_its_own_pages_at_most(house: House, tools: Toolbox) -> None:
    expected = {name: codes for name, _, _, codes in SURVIVE}
    wrong = [
        (name, state, codes)
        for name, state, codes in await ends_of(house, tools, SURVIVE)
        if not codes <= expected[name]
    ]
    assert wrong == []


async def test_nothing_of_the_machine_and_nothing_that_runs_is_in_the_results(
    house: House, tools: Toolbox
) -> None:
    secret = Path(SECRET).read_text().strip()
    async with run_until_left(WorkerProcess(house.settings, house.a, tools)):
        for name, kind, make, codes in SURVIVE:
            if codes:
                continue
            job_id = (await house.accept(f"a.{kind}", kind, make())).job_id
            await house.state(job_id, "completed")
            texts = [(await house.artifact(job_id, each)).decode() for each in ("text.txt", "pages.json")]
            assert not any(secret in text or "alert(1)" in text for text in texts), name
            assert kind == "csv" or "harmless" in texts[0], name


async def test_a_locked_document_waits_for_its_password(house: House, tools: Toolbox) -> None:
    async with run_until_left(WorkerProcess(house.settings, house.a, tools)):
        locked = pdf_files.text_pdf("secret", password="open sesame")
        job_id = (await house.accept("a.pdf", "pdf", locked)).job_id
        job = await house.state(job_id, "waiting")
        assert job.question is not None and job.question["code"] == "password_required"


def test_the_codes_of_this_table_have_words() -> None:
    codes = {code for _, _, _, some in FAIL + SURVIVE for code in some}
    assert {f"failure.{code}" for code in codes} | {f"advice.{code}" for code in codes} <= WORDS.keys()
