"""The real page in French, on a phone: for one whose browser prefers it, and for one who chooses it."""

from playwright.sync_api import expect

from tests.journeys.conftest import People, signed_in
from tests.support import axe
from tests.support.browser import PHONE, scrolls_sideways
from tests.support.fresh_files import broken, payload
from tests.support.headway_process import RunningHeadway
from tests.support.page_words import ENGLISH, FRENCH, said_in_english
from tests.support.pages.front_page import FrontPage
from tests.support.pdf_files import text_pdf


def test_a_phone_that_prefers_french_is_spoken_to_in_french(own: RunningHeadway, people: People) -> None:
    """Documents, their failures and questions, a document's page: all of it, with room for the longer words."""
    t = FRENCH
    front = signed_in(own, people(size=PHONE, touch=True, locale="fr-CA"), t)
    page = front.page
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.get_by_text(t("ui.options"), exact=True).click()
    assert said_in_english(page, t) == []
    assert not scrolls_sideways(page)
    page.get_by_text(t("ui.options"), exact=True).click()
    closed = text_pdf("La maison dormait encore.", password="sésame")
    front.choose([broken("abîmé.pdf"), payload("clos.pdf", closed)])
    front.card("abîmé.pdf").ended(t("ui.state.failed"))
    front.card("abîmé.pdf").says(t("advice.broken_document"))
    locked = front.card("clos.pdf")
    locked.says(t("question.password_required"))
    assert said_in_english(page, t) == []
    assert axe.violations(page) == []
    assert not scrolls_sideways(page)
    locked.whole.get_by_label(t("ui.field.password")).fill("sésame")
    locked.whole.get_by_role("button", name=t("ui.question.answer")).click()
    locked.ended(t("ui.state.completed"))
    expect(front.batch_line("clos.pdf")).to_have_text(
        "terminés\N{NARROW NO-BREAK SPACE}: 1 sur 2 · échecs\N{NARROW NO-BREAK SPACE}: 1"
    )
    locked.link.click()
    expect(page.get_by_role("list", name=t("ui.log"))).to_contain_text(t("log.completed"))
    assert said_in_english(page, t) == []
    assert axe.violations(page) == []
    assert not scrolls_sideways(page)
    FrontPage(page, t).speak("en")
    FrontPage(page, ENGLISH).live()
    page.reload()
    FrontPage(page, ENGLISH).live().speak("fr")
    FrontPage(page, t).live()
    page.reload()
    FrontPage(page, t).live()
