"""A table of sentences that is made whole, or anew, while somebody reads it: whoever reads stays where they are."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.support import page_book
from tests.support.browser import DESKTOP, PHONE
from tests.support.page_simulator import Simulator
from tests.support.pages.book_page import BookPage

CHUNKS = "d" * 10
ROWS, JOINED = 1200, 960
"""Before all chunks are one table, and after."""

_IN_SIGHT = """() => {
  const box = document.querySelector(".sentence-window").getBoundingClientRect();
  const heads = document.querySelector(".sentence-heads").clientHeight;
  for (const row of document.querySelectorAll(".sentence[data-id]")) {
    const { top, bottom } = row.getBoundingClientRect();
    if (bottom > box.top + heads && row.dataset.id) return { id: row.dataset.id, top: top - box.top };
  }
}"""
_SCROLL = """async to => {
  document.querySelector(".sentence-window").scrollTop = to;
  for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
}"""
_TOP = """id => document.querySelector(`.sentence[data-id='${id}']`).getBoundingClientRect().top
  - document.querySelector(".sentence-window").getBoundingClientRect().top"""
_FOCUSED = "() => document.activeElement.closest('.sentence')?.dataset.id"


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(browser: Browser, service: tuple[Simulator, str], request: pytest.FixtureRequest) -> Iterator[Page]:
    """A window in which nothing may be raised."""
    wrong: list[str] = []
    with browser.new_context(viewport=request.param) as context:
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(service[1])
        yield page
    assert wrong == []


class Reading:
    """A book that is read while it is merged, in which short sentences join their neighbours then."""

    def __init__(self, page: Page, simulator: Simulator, *, whole: bool = False) -> None:
        self.page, self.simulator = page, simulator
        simulator.book.joins = True
        value = page_book.book_value("germinal.pdf", chunks=CHUNKS)
        how = page_book.over(CHUNKS) if whole else page_book.rewriting(CHUNKS)
        self.job_id = simulator.add(value, **how)
        page.goto(re.sub(r"(https?://[^/]+).*", rf"\1/jobs/{self.job_id}", page.url))
        self.shown = BookPage(page)
        self.has(JOINED if whole else ROWS)

    def has(self, rows: int) -> None:
        """Waits until the table has so many, and those in sight are there."""
        expect(self.shown.table).to_have_attribute("aria-rowcount", str(rows + 1))
        expect(self.page.locator(".sentence-sheet [data-id='']")).to_have_count(0)

    def scroll(self, to: int) -> dict[str, Any]:
        """What is first in sight then."""
        self.page.evaluate(_SCROLL, to)
        expect(self.page.locator(".sentence-sheet [data-id='']")).to_have_count(0)
        return self.in_sight()

    def in_sight(self) -> dict[str, Any]:
        """The first row that can be seen."""
        return self.page.evaluate(_IN_SIGHT)

    def becomes(self, *, whole: bool) -> None:
        """The table is made whole, or anew."""
        now = page_book.over(CHUNKS) if whole else {**page_book.rewriting(CHUNKS), "ended_at": None}
        self.simulator.change(self.job_id, now)

    def top(self, row: str) -> float:
        """Where the row of this id stands in what is seen of the table."""
        return self.page.evaluate(_TOP, row)


def place(row: str) -> list[int]:
    return [int(each) for each in row.split(":")]


@pytest.mark.parametrize("at", [3_000, 17_000, 26_540])
def test_who_reads_stays_at_the_sentence_when_the_table_becomes_whole(
    page: Page, simulator: Simulator, at: int
) -> None:
    reading = Reading(page, simulator)
    before = reading.scroll(at)
    reading.becomes(whole=True)
    reading.has(JOINED)
    after = reading.in_sight()
    assert place(after["id"]) <= place(before["id"]), "it, or what it has become part of"
    assert place(before["id"])[1] - place(after["id"])[1] <= 1
    assert abs(after["top"] - before["top"]) < 2
    shown = page.locator(f".sentence[data-id='{after['id']}'] .sentence-number")
    assert shown.inner_text().replace(",", "").isdecimal()


def test_a_row_that_has_the_focus_keeps_it_and_its_place(page: Page, simulator: Simulator) -> None:
    reading = Reading(page, simulator)
    reading.shown.chunk(7, "d").click()
    expect(page.locator(".sentence :focus")).to_be_visible()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    focused = page.evaluate(_FOCUSED)
    before = reading.top(focused)
    reading.becomes(whole=True)
    reading.has(JOINED)
    expect(page.locator(f".sentence[data-id='{focused}'] :focus")).to_be_visible()
    assert abs(reading.top(focused) - before) < 2
    page.keyboard.press("ArrowDown")
    after = page.evaluate(_FOCUSED)
    assert place(after) > place(focused), "the arrows go on from there"
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Sentence")).to_be_focused()


def test_who_reads_what_was_found_stays_there_and_may_change_it(page: Page, simulator: Simulator) -> None:
    reading = Reading(page, simulator)
    reading.shown.search("vent")
    reading.shown.shows("sentences found")
    before = reading.scroll(1_200)
    reading.becomes(whole=True)
    reading.shown.shows("Export")
    expect(page.locator(".sentence-number").last).to_have_text(re.compile(r"\d"))
    after = reading.in_sight()
    assert place(before["id"])[1] - place(after["id"])[1] in (0, 1)
    assert abs(after["top"] - before["top"]) < 2
    row = page.locator(f".sentence[data-id='{after['id']}']")
    row.get_by_role("button", name="Change").click()
    expect(row.get_by_role("textbox")).to_be_focused()


def test_what_is_typed_outlasts_that_the_table_is_made_anew(page: Page, simulator: Simulator) -> None:
    """Somebody retries a chunk meanwhile: what was typed waits in its row, and can be saved in the end."""
    reading = Reading(page, simulator, whole=True)
    reading.scroll(9_000)
    row = page.locator(f".sentence[data-id='{reading.in_sight()['id']}'] + .sentence + .sentence")
    mine = row.get_attribute("data-id") or ""
    row = page.locator(f".sentence[data-id='{mine}']")
    row.get_by_role("button", name="Change").click()
    row.get_by_role("textbox").fill("Rien ne bougeait.")
    for whole in (False, True):
        before = reading.top(mine)
        reading.becomes(whole=whole)
        reading.has(JOINED if whole else ROWS)
        expect(row.get_by_role("textbox")).to_have_value("Rien ne bougeait.")
        expect(page.get_by_role("textbox", name="Sentence")).to_have_count(1)
        assert abs(reading.top(mine) - before) < 2
    expect(row.get_by_role("textbox")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row).to_contain_text("Rien ne bougeait.")
    assert simulator.book.edits == {mine: "Rien ne bougeait."}


_SLOW_FRAMES = """() => {
  const later = setTimeout;
  window.requestAnimationFrame = (work) => later(work, 1000);
  window.setTimeout = (work, pause) => later(work, pause === 250 ? 1000 : pause);
}"""
"""Of a browser that has too much to do: it draws once a second."""


def rewritten(page: Page, simulator: Simulator, chunks: str) -> str:
    """A book at work with these chunks, and its page opened."""
    job_id = simulator.add(page_book.book_value("germinal.pdf", chunks=chunks), **page_book.rewriting(chunks))
    page.goto(re.sub(r"(https?://[^/]+).*", rf"\1/jobs/{job_id}", page.url))
    return job_id


def test_a_chunk_is_opened_that_was_clicked_before_its_rows_were_drawn(
    page: Page, simulator: Simulator
) -> None:
    page.add_init_script(f"({_SLOW_FRAMES})()")
    with page.expect_response(re.compile(r"/sentences\?")):
        rewritten(page, simulator, CHUNKS)
    BookPage(page).chunk(4, "d").click()
    expect(page.locator(".sentence[data-id='121:0:0'] :focus")).to_be_visible()


def test_a_chunk_is_opened_that_was_clicked_before_its_rows_were_fetched(
    page: Page, simulator: Simulator
) -> None:
    job_id = rewritten(page, simulator, "dddpdddddd")
    shown = BookPage(page)
    expect(shown.rows.first).to_contain_text(re.compile(r"\w"))
    held: list[Route] | None = []
    page.route(
        re.compile(r"/sentences\?"), lambda route: route.continue_() if held is None else held.append(route)
    )
    simulator.change(job_id, {"chunks": page_book.told(CHUNKS)})
    shown.chunk(4, "d").click()
    waiting, held = held, None
    for each in waiting:
        each.continue_()
    expect(page.locator(".sentence[data-id='121:0:0'] :focus")).to_be_visible()


_SCROLLS_WHILE_A_CHUNK_COMES = """by => {
  const look = IN_SIGHT;
  const table = document.querySelector("hw-sentences");
  const sheet = document.querySelector(".sentence-window");
  const told = table.job;
  sheet.scrollTop += by;
  const first = look();
  table.show({ ...told, chunks: { ...told.chunks, 2: "d1" } });
  table.draw();
  return [first, look()];
}""".replace("IN_SIGHT", _IN_SIGHT)


@pytest.mark.parametrize("by", [90, -90])
def test_who_scrolls_in_the_moment_in_which_a_chunk_comes_in_above_is_not_carried_off(
    page: Page, simulator: Simulator, by: int
) -> None:
    """A busy browser tells of the scrolling after the table was drawn anew."""
    rewritten(page, simulator, "dpdddddddd")
    BookPage(page).chunk(4, "d").click()
    expect(page.locator(".sentence :focus")).to_be_visible()
    expect(page.locator(".sentence-sheet [data-id='']")).to_have_count(0)
    before, after = page.evaluate(_SCROLLS_WHILE_A_CHUNK_COMES, by)
    assert after["id"] == before["id"]
    assert abs(after["top"] - before["top"]) < 2
