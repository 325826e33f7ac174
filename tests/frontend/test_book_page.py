"""The page of a book that becomes sentences, in Chromium, before a simulated service."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from tests.support import axe, page_book
from tests.support.browser import DESKTOP, PHONE, scrolls_sideways
from tests.support.page_simulator import Simulator
from tests.support.page_words import ENGLISH, FRENCH, Words, said_in_english
from tests.support.pages.book_page import BookPage

ZOOMED: ViewportSize = {"width": 640, "height": 430}
FILLING, FAILED, WHOLE = "dpdrwfpppp", "dddfdddfdd", "d" * 10


@pytest.fixture
def page(browser: Browser, service: tuple[Simulator, str]) -> Iterator[Page]:
    """A window in which nothing may be raised, and no policy broken."""
    wrong: list[str] = []
    with browser.new_context(viewport=DESKTOP) as context:
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda told: wrong.append(told.text) if "Content Security" in told.text else None)
        page.goto(service[1])
        yield page
    assert wrong == []


def book(simulator: Simulator, chunks: str, **changes: Any) -> str:
    """A book with these chunks, at work unless all have ended; and its page's address."""
    ended = page_book.over(chunks) if not set(chunks) & set("prw") else page_book.rewriting(chunks)
    return "/jobs/" + simulator.add(
        page_book.book_value("germinal.pdf", chunks=chunks), **{**ended, **changes}
    )


def opened(page: Page, path: str, words: Words = ENGLISH) -> BookPage:
    page.goto(re.sub(r"(https?://[^/]+).*", rf"\1{path}", page.url))
    return BookPage(page, words)


@pytest.mark.parametrize(
    ("size", "scheme", "words"),
    [
        (DESKTOP, "light", ENGLISH),
        (ZOOMED, "dark", FRENCH),
        (PHONE, "dark", ENGLISH),
        (PHONE, "light", FRENCH),
    ],
    ids=["desktop", "zoomed", "phone", "french phone"],
)
def test_a_book_is_open_to_everybody(
    browser: Browser, service: tuple[Simulator, str], size: ViewportSize, scheme: Any, words: Words
) -> None:
    """axe finds nothing, nothing scrolls sideways, and one language is spoken: planned, filling, failed, changed."""
    simulator, address = service
    staged = page_book.book_value("nana.epub")
    estimate = {"pages": 420, "chunks": 14, "tokens": 410_000, "seconds": 312}
    paths = [
        "/jobs/" + simulator.add(staged, state="staged", estimate=estimate),
        book(simulator, FILLING),
        book(simulator, FAILED),
        book(simulator, WHOLE),
    ]
    with browser.new_context(viewport=size, color_scheme=scheme, locale=words.tag) as context:
        page = context.new_page()
        for path in paths:
            page.goto(address + path)
            shown = BookPage(page, words)
            if path != paths[0]:
                expect(shown.rows.first).to_be_visible()
            page.get_by_role("tab", name=words("ui.book.sentences")).wait_for()
            assert axe.violations(page) == []
            assert not scrolls_sideways(page)
            assert said_in_english(page, words) == [] or words is ENGLISH
        shown = BookPage(page, words)
        shown.rows.first.get_by_role("button", name=words("ui.sentences.edit")).click()
        shown.rows.first.get_by_role("textbox").fill("Un mot.")
        assert axe.violations(page) == []
        page.keyboard.press("Enter")
        expect(shown.rows.first).to_contain_text(words("ui.sentences.was"))
        assert axe.violations(page) == []
        assert not scrolls_sideways(page)


def test_what_is_looked_at_stays_where_it_is_while_chunks_come_in_above(
    page: Page, simulator: Simulator
) -> None:
    """A chunk further up is done: its sentences are there, and the line under one's eyes has not moved."""
    path = book(simulator, "dpdddppp")
    shown = opened(page, path)
    shown.chunk(4, "d").click()
    expect(shown.rows.filter(has=page.locator(":focus"))).to_have_count(1)
    focused = page.evaluate("document.activeElement.closest('[data-id]').dataset.id")
    where = "id => document.querySelector(`[data-id='${id}']`).getBoundingClientRect().top"
    before = page.evaluate(where, focused)
    assert shown.count == 4 * simulator.book.rows_a_chunk
    chunks = page_book.told("ddddddpp")
    simulator.change(path.rpartition("/")[2], {"chunks": chunks, "counters": {"chunks_done": 6}})
    expect(shown.table).to_have_attribute("aria-rowcount", str(6 * simulator.book.rows_a_chunk + 1))
    assert abs(page.evaluate(where, focused) - before) < 2
    assert page.evaluate("document.activeElement.closest('[data-id]').dataset.id") == focused
    expect(page.get_by_text("The sentences of 2 more chunks are here, 720 in all")).to_be_attached()


_FIRST_IN_SIGHT = """() => {
  const box = document.querySelector("[role=columnheader]").getBoundingClientRect();
  const row = document.elementFromPoint(box.left + 5, box.bottom + 5).closest("[data-place]");
  return [row.dataset.place, row.getBoundingClientRect().top];
}"""


def test_rows_that_come_after_a_leap_stand_where_they_were_awaited(page: Page, simulator: Simulator) -> None:
    """Whoever drags the bar far down is not carried off when the sentences of that place arrive."""
    shown = opened(page, book(simulator, WHOLE))
    expect(shown.rows.first).to_be_visible()
    held: list[Route] | None = []
    page.route(
        re.compile(r"/sentences\?"), lambda route: route.continue_() if held is None else held.append(route)
    )
    page.evaluate("document.querySelector('.sentence-window').scrollTop = 26500")
    awaited = page.locator(".sentence-sheet [data-id='']")
    expect(awaited.first).to_be_attached()
    place, top = page.evaluate(_FIRST_IN_SIGHT)
    assert int(place) % simulator.book.rows_a_chunk % 50 > 10, "not where a block begins"
    waiting, held = held, None
    for each in waiting:
        each.continue_()
    expect(awaited).to_have_count(0)
    there, now = page.evaluate(_FIRST_IN_SIGHT)
    assert (there, abs(now - top) < 2) == (place, True)


def test_a_long_table_is_walked_through_by_keyboard_and_draws_only_what_is_in_sight(
    page: Page, simulator: Simulator
) -> None:
    simulator.book.rows_a_chunk = 6000
    shown = opened(page, book(simulator, WHOLE))
    expect(shown.table).to_have_attribute("aria-rowcount", "60001")
    shown.rows.first.click()
    page.keyboard.press("End")
    expect(page.locator("[aria-rowindex='60001'] :focus")).to_have_text(re.compile(r"\w"))
    page.keyboard.press("ArrowUp")
    expect(page.locator("[aria-rowindex='60000'] :focus")).to_be_visible()
    page.keyboard.press("Home")
    expect(page.locator("[aria-rowindex='2'] :focus")).to_be_visible()
    assert page.locator("[role=row]").count() < 300


def test_chunks_are_walked_through_and_opened_by_keyboard(page: Page, simulator: Simulator) -> None:
    """Each says its state and tries; Enter leads to its first sentence, or to where they will stand."""
    shown = opened(page, book(simulator, FILLING))
    expect(shown.chunks).to_have_count(10)
    expect(shown.chunk(5, "w")).to_have_attribute("aria-label", "Chunk 5, tried again soon, try 2")
    shown.chunk(1, "d").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(shown.chunk(3, "d")).to_be_focused()
    page.keyboard.press("Enter")
    expect(shown.rows.filter(has=page.locator(":focus"))).to_have_attribute("data-id", "81:0:0")
    expect(shown.table).to_contain_text("Chunk 2 is yet to be rewritten.")


def test_a_sentence_is_changed_and_taken_back_by_keyboard(page: Page, simulator: Simulator) -> None:
    shown = opened(page, book(simulator, WHOLE))
    first = shown.rows.first
    before = first.locator(".sentence-text").inner_text()
    first.locator(".sentence-text").click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(first.get_by_role("textbox")).to_have_value(before)
    page.keyboard.press("Control+a")
    page.keyboard.type("Never mind")
    page.keyboard.press("Escape")
    expect(first).to_contain_text(before)
    page.keyboard.press("F2")
    page.keyboard.press("Control+a")
    page.keyboard.type("Le vent pousse la porte.")
    page.keyboard.press("Enter")
    expect(first).to_contain_text("Le vent pousse la porte.")
    expect(first).to_contain_text(before)
    expect(first.locator(":focus")).to_be_visible()
    expect(page.get_by_text("Saved: Le vent pousse la porte.")).to_be_attached()
    page.reload()
    expect(first).to_contain_text("Le vent pousse la porte.")
    first.get_by_role("button", name="Take back").click()
    expect(first.locator("del")).to_have_count(0)
    expect(first).to_contain_text(before)


def test_sentences_of_a_book_at_work_say_when_they_can_be_changed(page: Page, simulator: Simulator) -> None:
    """Enter opens nothing before the chunks are one table, and the page tells why."""
    shown = opened(page, book(simulator, FILLING))
    shown.rows.first.locator(".sentence-text").click()
    page.keyboard.press("Enter")
    expect(shown.rows.first.get_by_role("textbox")).to_have_count(0)
    expect(shown.main.get_by_text("Sentences can be changed once").first).to_be_visible()


def test_the_files_that_were_made_do_not_pass_for_what_was_changed_since(
    page: Page, simulator: Simulator
) -> None:
    opened(page, book(simulator, WHOLE))
    expect(page.locator(".artifacts")).to_contain_text("sentences.csv")
    expect(page.locator(".artifacts")).not_to_contain_text("as they were made")
    opened(page, book(simulator, WHOLE, edits=1))
    expect(page.locator(".artifacts")).to_contain_text("as they were made")


def test_phases_that_began_at_once_are_told_in_their_order(page: Page, simulator: Simulator) -> None:
    phases = ["planning", "reading", "rewriting", "merging", "finishing"]
    at_once = {code: {"started_at": 1_800_000_000.0, "ended_at": 1_800_000_001.0} for code in sorted(phases)}
    opened(page, book(simulator, WHOLE, phase_times=at_once))
    expect(page.locator(".history-phase dt")).to_have_text([code.capitalize() for code in phases])


def test_letters_with_accents_without_end_cover_no_other_row(page: Page, simulator: Simulator) -> None:
    shown = opened(page, book(simulator, WHOLE))
    place = shown.rows.nth(3).get_attribute("data-id") or ""
    second = shown.rows.nth(1)
    expect(second).to_be_visible()
    before = second.screenshot()
    simulator.book.edits[place] = "e" + "\u0301" * 900
    page.reload()
    expect(shown.rows.nth(3).locator("del")).to_be_visible()
    assert second.screenshot() == before


def test_whoever_changed_it_meanwhile_is_named_and_what_was_typed_stays(
    page: Page, simulator: Simulator
) -> None:
    shown = opened(page, book(simulator, WHOLE))
    first = shown.rows.first
    first.dblclick(position={"x": 150, "y": 15})
    field = first.get_by_role("textbox")
    field.fill("Mine.")
    place = first.get_attribute("data-id") or ""
    simulator.book.edits[place] = "Theirs."
    page.keyboard.press("Enter")
    expect(first.get_by_role("alert")).to_contain_text("Somebody changed this meanwhile to: Theirs.")
    expect(field).to_have_value("Mine.")
    page.keyboard.press("Enter")
    expect(first).to_contain_text("Mine.")
    assert simulator.book.edits[place] == "Mine."


def test_sentences_are_found_whatever_their_accents(page: Page, simulator: Simulator) -> None:
    shown = opened(page, book(simulator, WHOLE))
    shown.search("elise ECOUT")
    expect(shown.rows.first.locator("mark")).to_have_text("Élise écout")
    shown.shows("sentences found")
    shown.search("nobody writes this")
    shown.shows("No sentence has these words.")
    shown.search("")
    shown.shows("1,200 sentences")


def test_a_page_number_leads_to_the_page(page: Page, simulator: Simulator) -> None:
    shown = opened(page, book(simulator, WHOLE))
    shown.chunk(2, "d").click()
    shown.row("Élise").and_(page.locator("[data-id^='41:']")).get_by_role(
        "button", name="Show page 41"
    ).click()
    expect(page.get_by_role("heading", name="Page 41 of 420")).to_be_visible()
    shown.tab("sentences")
    expect(shown.rows.first).to_be_visible()


def test_other_options_make_another_plan(page: Page, simulator: Simulator) -> None:
    """What a book would take is told before its start, and anew for other options."""
    job_id = simulator.add(page_book.book_value("nana.epub"), state="staged")
    simulator.change(job_id, {"estimate": {"pages": 420, "chunks": 14, "seconds": 250}})
    shown = opened(page, f"/jobs/{job_id}")
    shown.shows(re.compile(r"Chunks\s*14"))
    shown.act("change")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Words in a sentence at most")).to_have_value("8")
    dialog.get_by_label("Pages in a chunk").fill("3")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_contain_text("The least is 5.")
    assert axe.violations(page) == []
    dialog.get_by_label("Pages in a chunk").fill("5")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    shown.shows(re.compile(r"Chunks\s*84"))
    shown.shows(re.compile(r"Tokens\s*about 410,000"))
    options = simulator.jobs[job_id].value["options"]
    assert options == {"max_words": 8, "engine": "auto", "chunk_pages": 5, "ignore_dialogue": False}


def test_a_book_is_done_once_more_with_other_options(page: Page, simulator: Simulator) -> None:
    shown = opened(page, book(simulator, WHOLE))
    shown.act("repeat")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Words in a sentence at most").fill("12")
    dialog.get_by_label("Start later").check()
    dialog.get_by_role("button", name="Repeat", exact=True).click()
    expect(dialog).to_have_count(0)
    [asked] = simulator.book.repeated
    assert asked["start"] is False and asked["options"]["max_words"] == 12


def test_how_long_each_phase_took_is_told(page: Page, simulator: Simulator) -> None:
    """And who cancelled, when."""
    shown = opened(page, book(simulator, WHOLE))
    shown.shows(re.compile(r"Rewriting\s*2 min 18\ss"))
    shown.shows(re.compile(r"Work in all\s*3 min 8\ss"))
    ended = {"state": "cancelled", "cancelled_by": "Somebody", "ended_at": 1_790_000_000.0}
    job_id = simulator.add(page_book.book_value("nana.epub"), **{**page_book.rewriting("dp"), **ended})
    shown = opened(page, f"/jobs/{job_id}")
    shown.shows(re.compile(r"Cancelled\s*.*· Somebody"))


def test_what_cannot_be_sent_to_google_says_why(page: Page, simulator: Simulator) -> None:
    shown = opened(page, book(simulator, WHOLE))
    shown.main.get_by_role("button", name="Export").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("CSV", exact=True).click()
    dialog.get_by_label("Between the cells").select_option("semicolon")
    link = dialog.get_by_role("link", name="Download")
    assert (link.get_attribute("href") or "").endswith("/sentences.csv?separator=%3B&bom=true")
    dialog.get_by_text("Google Sheet", exact=True).click()
    expect(link).to_be_hidden()
    dialog.get_by_role("button", name="Make the sheet").click()
    expect(dialog).to_contain_text("Google Sheets is not set up on this server.")
    assert axe.violations(page) == []


def test_what_is_done_of_a_stopped_book_is_taken_away_and_said(page: Page, simulator: Simulator) -> None:
    """The button is there, the page and the dialog say of which chunks it is, and a sheet is not offered."""
    ended = {**page_book.rewriting("dddfdppp"), "state": "cancelled", "ended_at": 1_790_000_000.0}
    job_id = simulator.add(page_book.book_value("germinal.pdf", chunks="dddfdppp"), **ended)
    shown = opened(page, f"/jobs/{job_id}")
    shown.shows("Chunks 1–3, 5 of 8 are done. Export saves their sentences; Retry does the others.")
    shown.main.get_by_role("button", name="Export").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The sentences of chunks 1–3, 5 of 8, as they are now")
    expect(dialog.get_by_text("Google Sheet", exact=True)).to_have_count(0)
    dialog.get_by_text("Text (TXT)", exact=True).click()
    link = dialog.get_by_role("link", name="Download")
    assert (link.get_attribute("href") or "").endswith("/sentences.txt")
    assert axe.violations(page) == []


def test_a_book_at_work_says_what_is_done_so_far(page: Page, simulator: Simulator) -> None:
    shown = opened(page, book(simulator, "dprr"))
    shown.main.get_by_role("button", name="Export").click()
    expect(page.get_by_role("dialog")).to_contain_text(
        "The sentences of chunk 1 of 4, the one that is done so far."
    )


def test_a_whole_book_that_lacks_chunks_says_which_are_there(page: Page, simulator: Simulator) -> None:
    shown = opened(page, book(simulator, FAILED))
    shown.main.get_by_role("button", name="Export").click()
    expect(page.get_by_role("dialog")).to_contain_text("The sentences of chunks 1–3, 5–7, 9–10 of 10")
