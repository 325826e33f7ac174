"""The real page for who holds a phone, hears the page, or sees it dark or large."""

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.journeys.conftest import People, signed_in
from tests.support import axe
from tests.support.browser import DESKTOP, PHONE, Scheme, scrolls_sideways
from tests.support.fresh_files import broken, letter, scan
from tests.support.headway_process import RunningHeadway
from tests.support.pages.front_page import FrontPage
from tests.support.pages.job_page import JobPage

_SMALL = """() => [...document.querySelectorAll('a, button, summary, select, input:not([type=hidden])')]
  .filter((each) => each.checkVisibility({visibilityProperty: true}) && !each.closest('p, li, .hidden, .skip'))
  .map((each) => [each, (each.closest('label') ?? each).getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
  .map(([each, box]) => `${each.outerHTML.slice(0, 80)} is ${Math.round(box.width)} × ${Math.round(box.height)}`)"""


def sound(page: Page) -> None:
    """Nothing keeps people out, nothing scrolls sideways."""
    assert axe.violations(page) == []
    assert not scrolls_sideways(page)


@pytest.mark.parametrize(
    ("size", "scheme"), [(PHONE, "dark"), (DESKTOP, "light")], ids=["phone dark", "desktop light"]
)
def test_every_state_is_open_to_everybody(
    own: RunningHeadway, people: People, size: ViewportSize, scheme: Scheme
) -> None:
    """axe finds nothing on the empty, busy and finished page, on a document's page and the admin's."""
    phone = size == PHONE
    front = signed_in(own, people(size=size, scheme=scheme, touch=phone))
    page = front.page
    sound(page)
    page.get_by_text("Options", exact=True).click()
    sound(page)
    page.get_by_text("Options", exact=True).click()
    front.choose(
        [scan("scan.pdf", pages=2, count=25), broken("spoiled.pdf"), letter("locked.pdf", password="x")]
    )
    front.card("scan.pdf").works()
    front.card("locked.pdf").says("Needs you")
    sound(page)
    if phone:
        assert page.evaluate(_SMALL) == []
    front.card("locked.pdf").button("Cancel").click()
    front.confirm("Cancel the work")
    front.card("scan.pdf").ended("Done")
    expect(front.batch_line("scan.pdf")).to_have_text("1 of 3 done · 1 failed · 1 cancelled")
    sound(page)
    front.card("scan.pdf").link.click()
    job = JobPage(page)
    job.picture_is_there()
    expect(job.cell("Page 2, OCR, done")).to_be_visible()
    sound(page)
    if phone:
        assert page.evaluate(_SMALL) == []
    page.goto(own.url + "/admin")
    FrontPage(page).live()
    expect(page.get_by_role("table")).to_have_attribute("aria-rowcount", "4")
    sound(page)
