"""The page in Chromium, in the states that people meet it in, before a simulated service."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    ViewportSize,
    expect,
)

from service.domain.ids import new_id
from tests.support import axe
from tests.support import page_scenes as scenes
from tests.support.browser import DESKTOP, PHONE
from tests.support.page_gallery import scenes_of
from tests.support.page_simulator import Simulator

ZOOMED: ViewportSize = {"width": 640, "height": 430}
"""What a window of 1280 by 860 holds at a zoom of 200 %."""


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser of its own for each test."""
    with browser.new_context(viewport=DESKTOP) as fresh:
        yield fresh


@pytest.fixture
def page(context: BrowserContext, service: tuple[Simulator, str]) -> Iterator[Page]:
    """The start page, live. It may raise nothing and break no policy."""
    wrong: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda told: wrong.append(told.text) if "Content Security" in told.text else None)
    page.goto(service[1])
    live(page)
    yield page
    assert wrong == []


def live(page: Page) -> None:
    """Waits until the page says that it is live."""
    expect(page.get_by_role("status").filter(has_text=re.compile(r"^\s*Live\s*$"))).to_be_visible()


def card(page: Page, name: str) -> Locator:
    """The card of a document."""
    return page.get_by_role("listitem").filter(has_text=name)


def choose(page: Page, *files: str | Path) -> None:
    """Chooses files as a person does: small ones by name, or one that is there."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files").click()
    given: list[Any] = [
        {"name": each, "mimeType": "application/pdf", "buffer": b"x" * 2000}
        if isinstance(each, str)
        else each
        for each in files
    ]
    chooser.value.set_files(given)


@pytest.fixture
def large_file(tmp_path: Path) -> Path:
    """A file that no socket buffer swallows whole."""
    path = tmp_path / "large.pdf"
    with path.open("wb") as file:
        file.truncate(30_000_000)
    return path


def sound(page: Page) -> None:
    """Nothing keeps people out, and nothing scrolls sideways."""
    assert axe.violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE, ZOOMED], ids=["desktop", "phone", "zoomed"])
def test_every_state_is_open_to_everybody(
    browser: Browser, service: tuple[Simulator, str], size: ViewportSize, scheme: Any, large_file: Path
) -> None:
    """axe finds nothing in any state, light or dark, and nothing scrolls sideways, on a phone or zoomed."""
    simulator, address = service
    with browser.new_context(viewport=size, color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(address)
        live(page)
        sound(page)
        page.get_by_text("Options", exact=True).click()
        sound(page)
        ids = scenes_of(simulator)
        simulator.add(scenes.new_value("locked contract.pdf"), **scenes.asking())
        page.get_by_role("button", name="Answer").click()
        sound(page)
        page.get_by_role("button", name="Cancel: Le Comte", exact=False).click()
        sound(page)
        page.keyboard.press("Escape")
        simulator.hold_uploads = True
        choose(page, large_file)
        expect(card(page, "large.pdf")).to_contain_text("Uploading")
        sound(page)
        simulator.reachable = False
        simulator.drop_links(1012)
        expect(page.get_by_text("Reconnecting… showing")).to_be_visible()
        sound(page)
        simulator.hold_uploads, simulator.reachable = False, True
        for path in (f"/jobs/{ids['processing']}", f"/jobs/{ids['warnings']}", f"/jobs/{new_id()}", "/admin"):
            page.goto(address + path)
            live(page)
            sound(page)
        simulator.signed_in = False
        page.goto(address + "/#code=used")
        expect(page.get_by_role("alert")).to_contain_text("used already")
        sound(page)


def test_a_file_is_one_card_and_one_bar_from_its_first_byte_to_its_end(
    page: Page, simulator: Simulator
) -> None:
    """Bars only grow, through upload and work, and each ends; the tab's title counts."""
    page.evaluate(
        """() => {
          window.seen = {};
          new MutationObserver(() => {
            for (const bar of document.querySelectorAll('hw-card hw-bar')) {
              (window.seen[bar.ariaLabel] ??= []).push(Number(bar.getAttribute('aria-valuenow')));
            }
          }).observe(document.body, {subtree: true, childList: true, attributes: true});
        }"""
    )
    simulator.tick = 0.05
    choose(page, *(f"letter {number}.pdf" for number in range(12)))
    expect(page.get_by_role("listitem")).to_have_count(12)
    expect(page).to_have_title(re.compile(r"^\d+/12 · Headway$"))
    expect(page.get_by_role("heading", name="12 of 12 done")).to_be_visible()
    expect(page.get_by_role("listitem")).to_have_count(12)
    expect(page).to_have_title("Headway")
    seen: dict[str, list[float]] = page.evaluate("window.seen")
    assert len(seen) == 12
    for name, values in seen.items():
        assert values == sorted(values), f"{name} went back"
        assert values[-1] == 100
        assert len(set(values)) > 5


def test_what_the_service_refuses_says_why_on_its_own_card(page: Page) -> None:
    """One bad file stops no other; it can be dismissed."""
    choose(page, "good.pdf", "virus.exe")
    expect(card(page, "virus.exe")).to_contain_text("This type of file cannot be read")
    expect(card(page, "good.pdf")).to_contain_text("Done")
    page.get_by_role("button", name="Dismiss: virus.exe").click()
    expect(card(page, "virus.exe")).to_have_count(0)


def test_a_document_that_needs_a_person_stands_first_and_is_answered_there(
    page: Page, simulator: Simulator
) -> None:
    """The field says what is wrong beside it; what is typed survives updates; a right answer goes on."""
    choose(page, "a.pdf", "locked.pdf", "b.pdf")
    first = page.get_by_role("listitem").first
    expect(first).to_contain_text("locked.pdf")
    first.get_by_role("button", name="Answer").click()
    expect(first.get_by_role("alert").first).to_have_text("Fill this in first.")
    field = first.get_by_label("Password")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("type", "password")
    field.fill("half a pass")
    job_id = next(each.job_id for each in simulator.jobs.values() if each.value["name"] == "locked.pdf")
    simulator.change(job_id, {"alive_at": time.time()})
    expect(field).to_have_value("half a pass")
    expect(field).to_be_focused()
    field.fill("wrong")
    field.press("Enter")
    expect(first).to_contain_text("That password does not open the document.")
    first.get_by_label("Password").fill("right")
    first.get_by_label("Password").press("Enter")
    expect(page.get_by_role("heading", name="Needs you", exact=True)).to_be_hidden()
    expect(card(page, "opened.pdf")).to_contain_text("Done")


def test_cancel_asks_only_once_work_has_begun_and_gives_the_focus_back(
    page: Page, simulator: Simulator
) -> None:
    """Escape keeps the work; a job that waits is cancelled at once."""
    waiting = simulator.add(scenes.new_value("waits.pdf"))
    simulator.add(scenes.new_value("works.pdf"), **{**scenes.reading(3, 12), "started_at": time.time()})
    button = page.get_by_role("button", name="Cancel: works.pdf")
    button.click()
    expect(page.get_by_role("dialog")).to_contain_text("works.pdf")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(button).to_be_focused()
    page.get_by_role("button", name="Cancel: waits.pdf").click()
    expect(card(page, "waits.pdf")).to_contain_text("Cancelled")
    assert simulator.commands == [("cancel", waiting)]


def test_a_failure_says_what_happened_what_to_do_and_is_retried(page: Page, simulator: Simulator) -> None:
    """The note in the corner says what the card says; the live region says it too."""
    simulator.tick = 0.05
    choose(page, "broken.pdf")
    failed = card(page, "broken.pdf")
    expect(failed).to_contain_text("The stored file is missing or damaged.")
    expect(failed).to_contain_text("Upload the document again.")
    expect(failed).to_contain_text("hw-7f3k-29qd")
    expect(page.get_by_role("region", name="Notes")).to_contain_text("The stored file is missing or damaged.")
    expect(page.locator("#announcements")).to_contain_text("broken.pdf: Failed")
    failed.get_by_role("button", name="Retry").click()
    expect(card(page, "mended.pdf")).to_contain_text("Done")


def test_a_lost_link_is_said_and_nothing_moves_until_it_is_back(page: Page, simulator: Simulator) -> None:
    """The badge tells the time of what is shown; what was missed is there afterwards; the second tab agrees."""
    job = simulator.add(scenes.new_value("long.pdf"), **{**scenes.reading(3, 12), "started_at": time.time()})
    bar = card(page, "long.pdf").get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuetext", re.compile("27%"))
    simulator.reachable = False
    simulator.drop_links(1012)
    expect(page.get_by_text(re.compile(r"Reconnecting… showing \d\d:\d\d:\d\d"))).to_be_visible()
    simulator.change(job, scenes.reading(9, 12))
    expect(bar).to_have_attribute("aria-valuetext", re.compile("27%"))
    simulator.reachable = True
    page.evaluate("dispatchEvent(new Event('online'))")
    live(page)
    expect(bar).to_have_attribute("aria-valuetext", re.compile("72%"))
    second = page.context.new_page()
    second.goto(page.url)
    expect(card(second, "long.pdf").get_by_role("progressbar")).to_have_attribute(
        "aria-valuenow", bar.get_attribute("aria-valuenow") or ""
    )


def test_the_page_strip_moves_by_arrows_and_opens_by_enter(page: Page, simulator: Simulator) -> None:
    """Image and text follow the page that is opened."""
    ids = scenes_of(simulator)
    card(page, "Le Comte").get_by_role("link").click()
    pages = page.get_by_role("listbox", name="Pages")
    expect(pages.get_by_role("option")).to_have_count(120)
    pages.get_by_role("option").first.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(pages.get_by_role("option", name="Page 5, OCR, done")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Page 5 of 120")).to_be_visible()
    expect(page.get_by_role("region", name="Text of the page")).to_contain_text("Page 5, line 1")
    expect(page.get_by_role("img", name="Page 5 of Le Comte", exact=False)).to_be_visible()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    text = page.get_by_role("region", name="Text of the page")
    expect(text).to_contain_text("has not been read yet")
    simulator.change(ids["processing"], scenes.reading(120, 120))
    expect(text).to_contain_text("Page 120, line 1")


def test_a_link_swaps_its_code_and_forgets_it(
    context: BrowserContext, service: tuple[Simulator, str]
) -> None:
    """The code leaves the address bar; without a session the form takes a code or a whole link."""
    simulator, address = service
    simulator.signed_in = False
    page = context.new_page()
    page.goto(address + "/#code=open")
    live(page)
    assert page.url == address + "/"
    page.get_by_text("You", exact=True).click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("Paste the link or the code first.")
    page.get_by_label("Link or one-time code").fill(f"{address}/#code=open")
    page.get_by_role("button", name="Sign in").click()
    live(page)


def test_the_admin_list_draws_what_is_in_sight_and_keeps_its_filters_in_the_address(
    page: Page, simulator: Simulator
) -> None:
    """Hundreds of jobs are a few rows; chosen ones are cancelled together."""
    for number in range(300):
        simulator.add(scenes.new_value(f"document {number}.pdf"))
    ids = scenes_of(simulator)
    page.get_by_role("link", name="Admin").click()
    expect(page.get_by_role("table")).to_have_attribute("aria-rowcount", str(len(simulator.jobs) + 1))
    assert page.get_by_role("row").count() < 60
    page.get_by_role("group", name="State").get_by_text("Failed").click()
    expect(page.get_by_role("table")).to_have_attribute("aria-rowcount", "2")
    assert page.url.endswith("/admin?state=failed")
    page.reload()
    expect(page.get_by_role("table")).to_have_attribute("aria-rowcount", "2")
    page.get_by_role("checkbox", name="Choose broken invoice.pdf").check()
    page.get_by_role("button", name="Retry", exact=True).click()
    expect(page.get_by_text("None chosen")).to_be_visible()
    assert ids["failed"] in simulator.jobs
    assert simulator.commands == [("retry", "/api/admin/jobs/retry")]


def test_an_admin_reads_why_each_job_waits_and_hits_every_row_with_a_finger(
    browser: Browser, service: tuple[Simulator, str]
) -> None:
    """Those whose turn comes next stand first, those that wait for a person last; the rest is a number."""
    simulator, address = service
    ids = scenes_of(simulator)
    with browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True) as context:
        page = context.new_page()
        page.goto(f"{address}/admin")
        live(page)
        waits = page.get_by_role("list", name="Why jobs wait").get_by_role("listitem")
        expect(waits.nth(0)).to_contain_text("about to start")
        expect(waits.nth(1)).to_contain_text("behind jobs of higher priority (3)")
        expect(waits.last).to_contain_text("waiting for a person's answer")
        expect(waits.filter(has_text="Google Document AI is unavailable · tries again at")).to_have_count(1)
        expect(page.get_by_text("and 9,961 more")).to_be_visible()
        expect(page.get_by_role("term").filter(has_text="Pages a minute").locator("+ dd")).to_have_text(
            "1,482"
        )
        row = page.get_by_role("row").filter(has_text="atlas.pdf")
        for hit in (*waits.all(), row):
            box = hit.bounding_box()
            assert box is not None and box["height"] >= 44
        row.get_by_role("cell").first.tap(position={"x": 3, "y": 44})
        expect(page.get_by_text("1 chosen")).to_be_visible()
        simulator.workers = scenes.at_work(ids["processing"], [])
        page.reload()
        expect(page.get_by_role("list", name="Workers").get_by_role("listitem")).to_have_count(2)
        expect(page.get_by_role("list", name="Why jobs wait")).to_have_count(0)
