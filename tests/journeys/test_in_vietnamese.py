"""The real page in Vietnamese, for one whose browser prefers it, and for one who chooses it."""

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.journeys.conftest import People, signed_in
from tests.support import axe
from tests.support.browser import DESKTOP, PHONE, scrolls_sideways
from tests.support.fresh_files import broken, letter, scan
from tests.support.headway_process import RunningHeadway
from tests.support.page_words import ENGLISH, VIETNAMESE, said_in_english
from tests.support.pages.front_page import FrontPage


def sound(page: Page) -> None:
    """It speaks Vietnamese throughout, keeps nobody out and scrolls no way but down."""
    assert said_in_english(page, VIETNAMESE) == []
    assert axe.violations(page) == []
    assert not scrolls_sideways(page)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_all_that_is_shown_is_vietnamese(own: RunningHeadway, people: People, size: ViewportSize) -> None:
    """Empty, busy and ended page, question, failure, dialog, a document's page and the admin's."""
    t = VIETNAMESE
    front = signed_in(own, people(size=size, touch=size == PHONE, locale="vi-VN"), t)
    page = front.page
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    page.get_by_text(t("ui.options"), exact=True).click()
    sound(page)
    page.get_by_text(t("ui.options"), exact=True).click()
    front.choose(
        [scan("bản quét.pdf", pages=2, count=25), broken("hỏng.pdf"), letter("khóa.pdf", password="mở ra")]
    )
    front.card("hỏng.pdf").ended(t("ui.state.failed"))
    front.card("hỏng.pdf").says(t("advice.broken_document"))
    locked = front.card("khóa.pdf")
    locked.says(t("question.password_required"))
    sound(page)
    locked.button(t("ui.action.cancel")).click()
    expect(page.get_by_role("dialog")).to_contain_text("khóa.pdf")
    sound(page)
    page.keyboard.press("Escape")
    locked.whole.get_by_label(t("ui.field.password")).fill("đóng lại")
    locked.whole.get_by_role("button", name=t("ui.question.answer")).click()
    locked.says(t("question.password_wrong"))
    locked.whole.get_by_label(t("ui.field.password")).fill("mở ra")
    locked.whole.get_by_role("button", name=t("ui.question.answer")).click()
    locked.ended(t("ui.state.completed"))
    front.card("bản quét.pdf").ended(t("ui.state.completed"))
    expect(front.batch_line("khóa.pdf")).to_have_text("2 trên 3 đã xong · 1 lỗi")
    sound(page)
    front.card("bản quét.pdf").link.click()
    expect(page.get_by_role("list", name=t("ui.log"))).to_contain_text(t("log.completed"))
    sound(page)
    page.goto(own.url + "/admin")
    FrontPage(page, t).live()
    expect(page.get_by_role("table")).to_have_attribute("aria-rowcount", "4")
    sound(page)


def test_a_language_is_chosen_without_a_new_page_and_kept(whole: RunningHeadway, people: People) -> None:
    """What was uploaded stays, the focus stays on the choice, and the next visit speaks it too."""
    front = signed_in(whole, people())
    front.choose([letter("hai thứ tiếng.pdf")])
    front.card("hai thứ tiếng.pdf").ended("Done")
    page = front.page
    page.evaluate("window.same = true")
    front.speak("vi")
    again = FrontPage(page, VIETNAMESE).live()
    again.card("hai thứ tiếng.pdf").ended(VIETNAMESE("ui.state.completed"))
    assert page.evaluate("window.same") is True
    expect(page.get_by_role("combobox", name=VIETNAMESE("ui.language"))).to_be_focused()
    assert said_in_english(page, VIETNAMESE) == []
    page.reload()
    again.live().speak("en")
    FrontPage(page, ENGLISH).live()
    expect(page.locator("html")).to_have_attribute("lang", "en")
