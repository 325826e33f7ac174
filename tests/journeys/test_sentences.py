"""A novel on the real page: planned, accepted, filling as it is made, failing in part, mended, changed, taken away."""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from service.domain.json import JsonObject
from tests.journeys.conftest import People, finished, signed_in, stopped_in_the_end
from tests.support import axe, programs
from tests.support.beside import beside
from tests.support.browser import scrolls_sideways
from tests.support.fresh_files import payload
from tests.support.gemini_simulator import Asked, GeminiSimulator, Told, say_by, stall
from tests.support.headway_process import RunningHeadway, started_up
from tests.support.novel_files import novel_pdf
from tests.support.novels import Novel, novel
from tests.support.pages.book_page import BookPage
from tests.support.waiting import wait_for

_ASKED = re.compile(r"^(\d+)\|(.*)$", re.MULTILINE)
PAGES, CHUNKS = 24, 8
"""In chunks of five pages, of which two are shared."""


@pytest.fixture
def gemini() -> Iterator[GeminiSimulator]:
    """The model that rewrites."""
    with beside(GeminiSimulator()) as simulator:
        yield simulator


@pytest.fixture
def up(tmp_path: Path, gemini: GeminiSimulator) -> Iterator[RunningHeadway]:
    """A whole Headway that asks it."""
    programs.chromium()
    place = {"HEADWAY_GEMINI_API_KEY": "some-key", "HEADWAY_GEMINI_ENDPOINT": gemini.url}
    with stopped_in_the_end(finished(started_up(tmp_path, **place))) as running:
        yield running


def asked_for(asked: Asked) -> dict[int, str]:
    """The sentences of a request by their numbers."""
    return {int(number): text for number, text in _ASKED.findall(asked.text)}


def cut(asked: Asked) -> JsonObject:
    """A model that answers with the words themselves, eight at a time."""
    found = {at: text.split() for at, text in asked_for(asked).items()}
    return {
        "sentences": [
            {"number": at, "short": [" ".join(words[begin : begin + 8]) for begin in range(0, len(words), 8)]}
            for at, words in found.items()
        ]
    }


def stumbling(book: Novel) -> Any:
    """A model that talks nonsense about two places of the book, far from each other."""
    long = [each for each in book.sentences if len(each.split()) > 8]
    bad = {long[len(long) // 6], long[-len(long) // 6]}

    def reply(asked: Asked) -> JsonObject:
        return {"sentences": "none"} if bad & set(asked_for(asked).values()) else cut(asked)

    return reply


def test_a_novel_from_its_plan_to_its_files(
    up: RunningHeadway, gemini: GeminiSimulator, people: People
) -> None:
    """The table fills while chunks are at work; two of them fail and are retried alone; a change is in the file."""
    book = novel(PAGES, seed=21)
    gemini.default = say_by(stumbling(book))
    front = signed_in(up, people())
    page = front.page
    page.get_by_role("radio", name="Sentences").check(force=True)
    front.upload_for_later([payload("novel.pdf", novel_pdf(book))])
    card = front.card("novel.pdf")
    card.says(re.compile(r"Expected: \d+ pages, 1 chunk, about [\d,]+ tokens"))
    card.link.click()
    shown = BookPage(page)
    shown.shows(re.compile(r"Chunks\s*1\s*Tokens"))
    shown.act("change")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Pages in a chunk").fill("5")
    dialog.get_by_label("Tries for a chunk").fill("1")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    shown.shows(re.compile(rf"Chunks\s*{CHUNKS}\s*Tokens"))
    shown.act("start")
    expect(shown.rows.first).to_be_visible()
    expect(shown.chunks).to_have_count(CHUNKS)
    shown.shows("2 chunks failed. Their sentences are missing.")
    failed = shown.main.get_by_role("option", name=re.compile("failed"))
    expect(failed).to_have_count(2)
    assert axe.violations(page) == []
    assert not scrolls_sideways(page)
    before, asked = shown.count, len(gemini.requests)
    gemini.default = say_by(cut)
    shown.main.get_by_role("button", name="Retry failed chunks").click()
    shown.shows(f"{CHUNKS} of {CHUNKS} done")
    expect(failed).to_have_count(0)
    shown.shows(re.compile(r"Done · [\d,]+ sentences"))
    expect(shown.table).not_to_have_attribute("aria-rowcount", str(before + 1))
    whole = {text for each in gemini.requests[:asked] for text in asked_for(each).values()}
    again = {text for each in gemini.requests[asked:] for text in asked_for(each).values()}
    assert again and len(again) < len(whole), "what was answered is not asked again"
    edited_and_saved(shown)
    repeated(shown)


class FallingSilent:
    """A model that answers about the first half of the book, and nothing about the rest."""

    def __init__(self, book: Novel) -> None:
        half = len(book.sentences) // 2
        self.late = set(book.sentences[half:]).difference(book.sentences[:half])
        self.answered: set[str] = set()
        self.silent = 0

    async def __call__(self, simulator: GeminiSimulator, asked: Asked) -> Told:
        if self.late.intersection(asked_for(asked).values()):
            self.silent += 1
            return await stall(simulator, asked)
        self.answered.add(asked.text)
        return await say_by(cut)(simulator, asked)


def test_what_is_done_of_a_cancelled_novel_is_taken_away_and_not_paid_again(
    up: RunningHeadway, gemini: GeminiSimulator, people: People, tmp_path: Path
) -> None:
    """The file has each sentence once, and names its chunks; a retry does the rest."""
    book = novel(PAGES, seed=22)
    model = gemini.default = FallingSilent(book)
    front = signed_in(up, people())
    path = tmp_path / "novel.pdf"
    path.write_bytes(novel_pdf(book))
    arguments = ("upload", "--pipeline", "sentences", "-o", "chunk_pages=5", str(path))
    sent = finished(asyncio.to_thread(up.run, *arguments))
    assert sent.returncode == 0, sent.stderr
    front.card("novel.pdf").link.click()
    shown = BookPage(front.page)
    expect(shown.chunk(1, "d")).to_be_visible()
    at_work = shown.main.get_by_role("option", name=re.compile("at work"))
    wait_for(
        lambda: 0 < at_work.count() <= model.silent == gemini.under_way,
        "all that is at work waits for the model",
    )
    shown.act("cancel")
    front.confirm("Cancel the work")
    shown.shows("Cancelled")
    done = shown.main.get_by_role("option", name=re.compile("done")).count()
    assert 0 < done < CHUNKS
    shown.main.get_by_role("button", name="Export").click()
    dialog = front.page.get_by_role("dialog")
    expect(dialog).to_contain_text(
        re.compile(rf"The sentences of chunks? 1\S* .*of {CHUNKS}, as they are now")
    )
    dialog.get_by_text("JSON", exact=True).click()
    with front.page.expect_download() as coming:
        dialog.get_by_role("link", name="Download").click()
    assert re.fullmatch(rf"novel \(chunks? 1.* of {CHUNKS}\)\.json", coming.value.suggested_filename)
    saved: JsonObject = json.loads(coming.value.path().read_text())
    rows: list[JsonObject] = saved["sentences"]
    assert [row["number"] for row in rows] == list(range(1, len({row["id"] for row in rows}) + 1))
    assert 0 < len(rows) <= shown.count, "what two chunks share is there once"
    front.page.keyboard.press("Escape")
    asked = len(gemini.requests)
    gemini.default = say_by(cut)
    shown.act("retry")
    shown.shows(re.compile(r"Done · [\d,]+ sentences"))
    again = {each.text for each in gemini.requests[asked:]}
    assert again and not model.answered & again


def repeated(shown: BookPage) -> None:
    """The same book with longer sentences is a job of its own, with fewer rows; the first one is as it was."""
    page, rows, first = shown.page, shown.count, shown.page.url
    shown.act("repeat")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Pages in a chunk")).to_have_value("5")
    dialog.get_by_label("Pages in a chunk").fill("")
    dialog.get_by_label("Words in a sentence at most").fill("20")
    dialog.get_by_role("button", name="Repeat", exact=True).click()
    shown.shows("1 of 1 done")
    shown.shows(re.compile(r"Done · [\d,]+ sentences"))
    expect(shown.rows.first).to_be_visible()
    assert page.url != first and 0 < shown.count < rows
    page.go_back()
    expect(shown.table).to_have_attribute("aria-rowcount", str(rows + 1))
    expect(shown.rows.first).to_contain_text("Il était une fois un été.")


def edited_and_saved(shown: BookPage) -> None:
    """The first sentence is changed, found, looked up on its page, and stands in the file as it was changed."""
    page, first = shown.page, shown.rows.first
    expect(shown.main.get_by_role("button", name="Export")).to_be_visible()
    first.locator(".sentence-text").click()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.type("Il était une fois un été.")
    page.keyboard.press("Enter")
    expect(first).to_contain_text("was:")
    shown.search("fois un ete")
    expect(shown.rows).to_have_count(1)
    expect(shown.rows.locator("mark")).to_have_text("fois un été")
    shown.search("")
    expect(shown.rows.nth(1)).to_be_visible()
    first.get_by_role("button", name="Show page 1").click()
    expect(page.get_by_role("heading", name="Page 1 of")).to_be_visible()
    shown.tab("sentences")
    shown.main.get_by_role("button", name="Export").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("JSON", exact=True).click()
    with page.expect_download() as coming:
        dialog.get_by_role("link", name="Download").click()
    rows: list[JsonObject] = json.loads(coming.value.path().read_text())["sentences"]
    assert rows[0]["text"] == "Il était une fois un été." and rows[0]["original"]
    assert [row["number"] for row in rows] == list(range(1, shown.count + 1))
