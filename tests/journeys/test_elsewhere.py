"""What people see of their documents while they are on another page, and what one answer does for many."""

from playwright.sync_api import Dialog, Page, Route, expect

from service.domain.ids import new_id
from tests.journeys.conftest import People, signed_in
from tests.support import axe
from tests.support.browser import PHONE, scrolls_sideways
from tests.support.fresh_files import broken, letter, scan
from tests.support.headway_process import RunningHeadway
from tests.support.page_words import VIETNAMESE
from tests.support.pages.admin_page import AdminPage
from tests.support.pages.front_page import FrontPage
from tests.support.pages.job_page import JobPage
from tests.support.pages.panel import Panel


def sound(page: Page) -> None:
    """Nothing keeps people out, nothing scrolls sideways."""
    assert axe.violations(page) == []
    assert not scrolls_sideways(page)


def test_a_panel_tells_of_all_documents_while_one_works_elsewhere(
    own: RunningHeadway, people: People
) -> None:
    """Counts and cards as on the start page; shrunk it stays so; what needs a person is answered in it."""
    front = signed_in(own, people())
    page, panel = front.page, Panel(front.page)
    front.choose(
        [scan("slow.pdf", pages=6, count=60), letter("locked.pdf", password="x"), broken("spoiled.pdf")]
    )
    front.card("slow.pdf").works()
    front.card("locked.pdf").says("Needs you")
    front.card("spoiled.pdf").ended("Failed")
    expect(page).to_have_title("1 needs you · 1/3 · Headway")
    expect(panel.whole).to_be_hidden()
    AdminPage(page).open()
    expect(panel.counts).to_have_text("1 of 3 · 1 needs you · 1 failed")
    expect(panel.cards).to_have_count(2)
    expect(panel.cards.first).to_contain_text("locked.pdf")
    sound(page)
    page.keyboard.press("Tab")
    panel.counts.focus()
    page.keyboard.press("Escape")
    panel.is_open(False)
    expect(panel.counts).to_be_focused()
    expect(panel.cards).to_have_count(0)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Documents").click()
    expect(panel.whole).to_be_hidden()
    front.card("locked.pdf").link.click()
    JobPage(page).shows("locked.pdf")
    panel.is_open(False)
    sound(page)
    panel.turn(opened=True)
    expect(panel.cards).to_have_count(1)
    panel.card("slow.pdf").link.click()
    JobPage(page).shows("slow.pdf")
    locked = panel.card("locked.pdf")
    locked.whole.get_by_label("Password").fill("x")
    locked.whole.get_by_role("button", name="Answer").click()
    locked.ended("Done")
    page.go_back()
    JobPage(page).shows("locked.pdf")
    panel.card("slow.pdf").ended("Done")
    expect(panel.counts).to_have_text("3 of 3 · 1 failed")
    panel.whole.get_by_role("button", name="Close").click()
    expect(panel.whole).to_be_hidden()


def test_bytes_go_up_on_every_page_and_leaving_asks_first(own: RunningHeadway, people: People) -> None:
    """On a phone, in Vietnamese: going to another view stops no upload; leaving the page would, so it asks."""
    t = VIETNAMESE
    front = signed_in(own, people(size=PHONE, touch=True, locale="vi-VN"), t)
    page, panel = front.page, Panel(front.page, t)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/uploads?*", hold)
    front.choose([letter("một.pdf"), letter("hai.pdf")])
    front.card("một.pdf").says(t("ui.state.uploading"))
    page.get_by_role("link", name=t("ui.nav.admin")).click()
    expect(panel.counts).to_have_text("0 trên 2")
    panel.is_open(False)
    sound(page)
    panel.turn(opened=True)
    expect(panel.cards).to_have_count(2)
    sound(page)
    with page.expect_event("dialog") as asking:
        page.evaluate("setTimeout(() => location.reload())")
    dialog: Dialog = asking.value
    assert dialog.type == "beforeunload"
    dialog.dismiss()
    panel.turn(opened=False)
    for route in held:
        route.continue_()
    expect(panel.counts).to_have_text("2 trên 2")
    page.reload()
    FrontPage(page, t).live()
    expect(panel.whole).to_be_hidden()


def test_one_answer_does_for_all_that_ask_the_same(own: RunningHeadway, people: People) -> None:
    """Offered only where several ask; it goes to those of now, and each that does not take it goes on asking."""
    front = signed_in(own, people())
    names = ("first.pdf", "second.pdf", "other.pdf")
    front.choose([letter(name, password="other" if name == "other.pdf" else "shared") for name in names])
    for name in names:
        front.card(name).says("Needs you")
    first = front.card("first.pdf").whole
    for_all = first.get_by_role("checkbox", name="Use this answer for all 3 that ask the same")
    for_all.check()
    sound(front.page)
    first.get_by_label("Password").fill("shared")
    first.get_by_role("button", name="Answer").click()
    front.card("first.pdf").ended("Done")
    front.card("second.pdf").ended("Done")
    other = front.card("other.pdf")
    other.says("That password does not open the document.")
    expect(other.whole.get_by_role("checkbox")).to_have_count(0)
    other.whole.get_by_label("Password").fill("other")
    other.whole.get_by_role("button", name="Answer").click()
    other.ended("Done")
    expect(front.batch_line("first.pdf")).to_have_text("3 of 3 done")


def test_the_panel_keeps_off_what_is_being_corrected_until_it_is_opened_there(
    own: RunningHeadway, people: People
) -> None:
    front = signed_in(own, people())
    page, panel = front.page, Panel(front.page)
    front.choose([letter("locked.pdf", password="open sesame")])
    front.card("locked.pdf").says("Needs you")
    page.get_by_role("link", name="Certificates", exact=True).click()
    panel.is_open(True)
    page.goto(f"{own.url}/certificates/{new_id()}")
    panel.is_open(False)
    panel.turn(opened=True)
    page.get_by_role("link", name="Ships", exact=True).click()
    panel.is_open(True)
