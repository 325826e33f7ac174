"""A book's sentences in a new Google Sheet: sent from the real page and from a terminal, also when Google stumbles."""

import asyncio
import json
import re
from collections.abc import Iterator
from subprocess import CompletedProcess

import pytest
from playwright.sync_api import Page, expect

from service.domain.json import JsonObject
from tests.journeys.conftest import People, finished, signed_in, stopped_in_the_end
from tests.support import axe, programs
from tests.support.beside import beside
from tests.support.browser import PHONE, answer, noted, scrolls_sideways
from tests.support.drive_simulator import ROOT
from tests.support.fresh_files import fresh_words, payload
from tests.support.headway_process import RunningHeadway, started_up
from tests.support.novel_files import flowing
from tests.support.pages.book_page import BookPage
from tests.support.pages.front_page import FrontPage
from tests.support.pages.sheet_parts import SheetParts
from tests.support.sheets_simulator import Formula, Grid, SheetsSimulator, sheets_simulator
from tests.support.waiting import wait_for

HEAD = ["Number", "Text", "Words", "Page", "Sentence"]
WRITING = "POST /v4/spreadsheets/"


@pytest.fixture(scope="module")
def google() -> Iterator[SheetsSimulator]:
    """The Google of all these journeys."""
    with beside(sheets_simulator()) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory, google: SheetsSimulator) -> Iterator[RunningHeadway]:
    """A whole Headway that knows where it is."""
    programs.chromium()
    place = {
        "HEADWAY_DRIVE_FOLDER": ROOT,
        "HEADWAY_DRIVE_ENDPOINT": google.endpoint,
        "HEADWAY_SHEETS_ENDPOINT": google.endpoint,
        "HEADWAY_SHEETS_REQUESTS_PER_MINUTE": "6000",
    }
    with stopped_in_the_end(finished(started_up(tmp_path_factory.mktemp("up"), **place))) as running:
        yield running


@pytest.fixture(autouse=True)
def emptied(google: SheetsSimulator) -> Iterator[None]:
    """Nothing of one journey is there in the next."""
    yield
    google.reset()


def book_page(front: FrontPage, name: str, sentences: int) -> BookPage:
    """The page of a new book of so many short sentences, once it is done."""
    page = front.page
    page.get_by_role("radio", name="Sentences").check(force=True)
    paragraphs = [
        f"{fresh_words()}.",
        *(f"Le train numéro {at} partit à midi." for at in range(1, sentences)),
    ]
    front.choose([payload(name, flowing("txt", paragraphs))])
    front.card(name).ended("Done")
    front.card(name).link.click()
    shown = BookPage(page)
    expect(shown.rows.first).to_be_visible()
    return shown


def change_first(shown: BookPage, text: str) -> None:
    """A person's own words for the first sentence."""
    first, page = shown.rows.first, shown.page
    first.locator(".sentence-text").click()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(first).to_contain_text("was:")


def table_of(page: Page) -> list[list[object]]:
    """The rows of the book that is shown, as a sheet is to have them."""
    path, rows = "/api" + page.evaluate("location.pathname"), list[JsonObject]()
    while (told := answer(page, f"{path}/sentences?limit=1000&offset={len(rows)}"))["items"]:
        rows += told["items"]
    return [[row[name] for name in ("number", "text", "words", "page", "source")] for row in rows]


def in_order(page: Page) -> None:
    """Anybody can use what is shown."""
    assert axe.violations(page) == []
    assert not scrolls_sideways(page)


def only_grid(google: SheetsSimulator) -> tuple[Grid, str]:
    """Of the spreadsheet that is there and not in the bin, and its address."""
    (file,) = google.kept()
    return google.grids[file["id"]], file["webViewLink"]


def test_a_book_is_in_a_sheet_that_is_found_again(
    up: RunningHeadway, google: SheetsSimulator, people: People
) -> None:
    """Progress is seen in every tab; what was changed by hand is in it, and what looks like a formula is none."""
    someone = people()
    shown = book_page(signed_in(up, someone), "horaires.txt", 2300)
    page = shown.page
    change_first(shown, "=SUM(C2:C9)")
    parts = SheetParts(page)
    parts.open()
    expect(parts.dialog).to_contain_text("Whoever that folder is shared with sees it.")
    google.next("none", WRITING, times=2)
    google.next("held", WRITING)
    parts.press("ui.sheet.make")
    parts.says(re.compile(r"Phase 3 of 4: Writing · rows 2,001 to [\d,]+ of [\d,]+ · \d\d%"))
    in_order(page)
    other = SheetParts(someone.tab(page.url))
    expect(other.panel).to_contain_text("Writing")
    expect(other.panel.get_by_role("progressbar", name="Progress of the Google Sheet")).to_be_visible()
    google.let_go()
    parts.says(f"with {shown.count:,} sentences.")
    parts.says("All sentences are in it as they are now.")
    in_order(page)
    grid, address = only_grid(google)
    opens = parts.dialog.get_by_role("link", name="Open the sheet")
    expect(opens).to_have_attribute("href", address)
    expect(opens).to_have_attribute("target", "_blank")
    other.leads_to(address)
    parts.close()
    page.reload()
    parts.leads_to(address)
    meant = table_of(page)
    assert grid.table() == [HEAD, *meant]
    assert meant[0][:2] == [1, "=SUM(C2:C9)"]
    assert not any(isinstance(cell, Formula) for cell in grid.cells.values())
    assert (grid.frozen, grid.bold) == (1, {(0, column) for column in range(len(HEAD))})
    assert google.spreadsheets() == ["horaires"]
    sent_again(shown, google, address)


def sent_again(shown: BookPage, google: SheetsSimulator, first: str) -> None:
    """Once the book has changed the page says so; a new sheet leaves the first one as it is."""
    page, parts = shown.page, SheetParts(shown.page)
    before = google.grids[first.rpartition("/")[2]].row(2)
    shown.rows.nth(1).locator(".sentence-text").click()
    page.keyboard.press("Enter")
    page.keyboard.type(" Enfin.")
    page.keyboard.press("Enter")
    expect(parts.panel).to_contain_text("Sentences have changed since: that is not in it.")
    parts.leads_to(first)
    parts.open()
    google.next("held", WRITING)
    parts.press("ui.sheet.make_new")
    parts.says("making a new spreadsheet")
    there = parts.panel.get_by_role("link", name="Open the sheet before this one")
    expect(there).to_have_attribute("href", first)
    google.let_go()
    parts.says("All sentences are in it as they are now.")
    assert google.spreadsheets() == ["horaires"] * 2
    (second,) = [each for each in google.kept() if each["webViewLink"] != first]
    parts.leads_to(second["webViewLink"])
    assert google.grids[second["id"]].table()[1:] == table_of(page)
    assert google.grids[first.rpartition("/")[2]].row(2) == before
    parts.close()
    page.get_by_role("main").get_by_role("link", name="All documents").click()
    cards = page.get_by_role("main").get_by_role("listitem").filter(has_text="Google Sheet · Done")
    expect(cards).to_have_count(2)
    expect(cards.first.get_by_role("link", name="Open the sheet")).to_have_attribute(
        "href", second["webViewLink"]
    )
    cards.first.get_by_role("link", name="horaires.txt").click()
    expect(page.get_by_role("main")).to_contain_text("“horaires” is in the folder")
    in_order(page)
    page.get_by_role("link", name="To the book").click()
    parts.leads_to(second["webViewLink"])


def test_a_google_that_stumbles_is_waited_for(
    up: RunningHeadway, google: SheetsSimulator, people: People
) -> None:
    """It is away for more tries than a step has: that is said, and then the sheet is made, once."""
    shown = book_page(signed_in(up, people()), "attente.txt", 30)
    parts = SheetParts(shown.page)
    google.next((503, "backendError"), "POST", times=1000)
    parts.open()
    parts.press("ui.sheet.make")
    parts.says(re.compile(r"Google Sheets is unavailable · next try \d\d:"))
    in_order(shown.page)
    google.calm()
    parts.says("All sentences are in it as they are now.")
    grid, address = only_grid(google)
    parts.leads_to(address)
    assert grid.table() == [HEAD, *table_of(shown.page)]
    assert "failed" not in noted(shown.page).lower()


def test_what_fails_or_was_cancelled_is_sent_by_a_retry(
    up: RunningHeadway, google: SheetsSimulator, people: People
) -> None:
    """On a phone: a full Drive, a sheet that somebody threw away, and one's own second thoughts."""
    shown = book_page(signed_in(up, people(size=PHONE, touch=True)), "essais.txt", 30)
    page = shown.page
    parts = SheetParts(page)
    parts.open()
    google.next((403, "storageQuotaExceeded"), "POST /drive")
    parts.press("ui.sheet.make")
    parts.says("Google Sheets is full.")
    in_order(page)
    google.next("held", WRITING)
    parts.press("ui.action.retry")
    (begun,) = wait_for(google.kept, "it is there, and has no row yet")
    parts.says("making a new spreadsheet")
    parts.press("ui.action.cancel")
    page.get_by_role("dialog", name="Cancel this sheet?").get_by_role(
        "button", name="Cancel the work"
    ).click()
    parts.says("The sheet was cancelled before all sentences were in it.")
    in_order(page)
    assert google.spreadsheets() == ["essais …"]
    change_first_behind(parts, shown)
    google.next("held", "PATCH")
    parts.open()
    parts.press("ui.action.retry")
    parts.says("Finishing")
    google.bin(begun["id"])
    google.let_go()
    parts.says("The new spreadsheet was deleted while it was written. Retry: a new one is made")
    in_order(page)
    parts.press("ui.action.retry")
    parts.says("All sentences are in it as they are now.")
    in_order(page)
    grid, address = only_grid(google)
    assert not address.endswith(begun["id"])
    assert grid.table() == [HEAD, *table_of(page)]
    assert grid.row(1)[1] == "Un train partit."
    parts.close()
    page.reload()
    parts.leads_to(address)


def change_first_behind(parts: SheetParts, shown: BookPage) -> None:
    """The dialog closed."""
    parts.close()
    shown.rows.first.get_by_role("button", name="Change").click()
    shown.page.keyboard.press("Control+a")
    shown.page.keyboard.type("Un train partit.")
    shown.page.keyboard.press("Enter")
    expect(shown.rows.first).to_contain_text("was:")


def run(up: RunningHeadway, *arguments: str) -> CompletedProcess[str]:
    """A command, beside the browser."""
    return finished(asyncio.to_thread(up.run, *arguments))


def test_a_book_is_sent_from_a_terminal(
    up: RunningHeadway, google: SheetsSimulator, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What is said in the end is where it is; programs get the same as JSON."""
    book = tmp_path_factory.mktemp("book") / "gares.txt"
    book.write_bytes(flowing("txt", [f"{fresh_words()}.", "Elle attendait. Le train partit."]))
    sent = run(up, "upload", "--json", "--watch", "--pipeline", "sentences", str(book))
    assert sent.returncode == 0, sent.stderr
    job = json.loads(sent.stdout.splitlines()[0])["job_id"]
    told = run(up, "sheet", job, "--watch")
    assert told.returncode == 0, told.stderr
    grid, address = only_grid(google)
    lines = told.stdout.splitlines()
    assert lines[-1] == f"gares: {address}"
    assert re.fullmatch(r"gares\.txt  100 %  completed: \d+ sentences", lines[-2])
    assert [row[1] for row in grid.table()][-1] == "Le train partit."
    assert address in run(up, "jobs").stdout
    again = run(up, "sheet", job, "--json")
    sending = json.loads(again.stdout)["job_id"]
    assert run(up, "watch", sending).stdout.splitlines()[-1].startswith("gares: https://")
    *_, last = map(json.loads, run(up, "watch", sending, "--json").stdout.splitlines())
    assert last["result"]["url"].startswith("https://") and last["result"]["url"] != address
    assert run(up, "sheet", sending).returncode == 1, "a sheet is no book"
