"""Certificates corrected beside their pages, by keyboard."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace

import pymupdf
import pytest
from playwright.sync_api import FilePayload, Page, ViewportSize, expect

from tests.journeys.conftest import People, finished, signed_in
from tests.support import axe
from tests.support.browser import DESKTOP, PHONE, answer, scrolls_sideways
from tests.support.fresh_files import payload
from tests.support.headway_process import RunningHeadway
from tests.support.page_words import ENGLISH, VIETNAMESE, Words, said_in_english
from tests.support.pages.front_page import FrontPage
from tests.support.pages.review_page import ReviewPage
from workers.samples.certificate import AURORA, Certificate, certificate_pdf

COVER = "Dear Sirs, you will find enclosed what you have asked for."


def ending(number: int) -> Certificate:
    """One of several of the same ship; the higher the number, the later it ends."""
    dates = (("Date of issue", "21 June 2024"), ("Valid until", f"{number} March 2029"))
    return replace(AURORA, number=f"BRS-{number:04}", issued=(*dates, *AURORA.issued[2:]))


def with_cover(certificate: Certificate) -> bytes:
    """The certificate on the second page of two."""
    document = pymupdf.open()
    document.new_page(width=595, height=842).insert_text((72, 90), COVER)
    document.insert_pdf(pymupdf.open(stream=certificate_pdf(certificate), filetype="pdf"))
    return document.tobytes()


def recorded(up: RunningHeadway, people: People, files: Sequence[FilePayload], **looks: object) -> Page:
    """Somebody's page after these were recorded."""
    words = VIETNAMESE if looks.get("locale") == "vi-VN" else ENGLISH
    front = signed_in(up, people(**looks), words)
    front.page.get_by_role("radio", name=words("pipeline.certificate")).check(force=True)
    front.choose(files)
    for each in files:
        front.card(each["name"]).ended(words("ui.state.completed"))
    return front.page


def opened(page: Page, number: str, words: Words = ENGLISH, query: str = "") -> ReviewPage:
    """The review of the certificate of this number, once it has the focus."""
    (found,) = [
        each
        for each in answer(page, "/api/certificates?limit=100")["items"]
        if each["fields"]["certificate_number"] == number
    ]
    page.goto(f"{page.evaluate('location.origin')}/certificates/{found['id']}{query}")
    FrontPage(page, words).live()
    expect(page.locator(".review-row.current")).to_be_visible()
    return ReviewPage(page, words)


def test_a_field_is_corrected_by_keyboard_alone(own: RunningHeadway, people: People) -> None:
    """Arrows, Enter, a date as people write it, Enter; what is no date stays as it was typed, with the reason beside
    it; the correction stands in the history, and the next certificate is one key away."""
    page = recorded(own, people, [payload(f"{n}.pdf", certificate_pdf(ending(n))) for n in (1, 2, 3)])
    review = opened(page, "BRS-0002")
    expect(page.get_by_text("2 of 3")).to_be_visible()
    review.go_to("valid_until")
    review.says("valid_until", "Mar 2, 2029")
    review.correct("31/02/2027")
    expect(review.editor("valid_until")).to_be_focused()
    expect(review.editor("valid_until")).to_have_value("31/02/2027")
    expect(review.fields.get_by_role("alert")).to_have_text(
        "The field Valid until takes a date, such as 2027-05-03 or 3 May 2027."
    )
    page.keyboard.press("Control+A")
    page.keyboard.type("3 May 2027")
    page.keyboard.press("Enter")
    review.looks_at("valid_until")
    review.says("valid_until", "May 3, 2027")
    review.says("valid_until", "corrected by local")
    expect(review.history).to_have_count(1)
    expect(review.history).to_contain_text(re.compile(r"Valid until\s+Mar 2, 2029\s+→\s*to\s+May 3, 2027"))
    page.keyboard.press("Enter")
    page.keyboard.type("something else")
    page.keyboard.press("Escape")
    review.looks_at("valid_until")
    review.says("valid_until", "May 3, 2027")
    page.keyboard.press("j")
    expect(page.get_by_text("3 of 3")).to_be_visible()
    review.says("certificate_number", "BRS-0003")
    review.looks_at("valid_until")
    expect(page.get_by_role("button", name="Next certificate")).to_be_disabled()
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("k")
    review.says("certificate_number", "BRS-0001")
    review.go_to("ship")
    page.keyboard.press("Enter")
    page.keyboard.type("Sea Lark")
    expect(page.get_by_role("listbox", name="Ship").get_by_role("option", selected=True)).to_contain_text(
        "Sea Lark"
    )
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    review.looks_at("ship")
    review.says("ship", "Sea Lark")
    (moved,) = answer(page, "/api/ships?q=sea+lark")["items"]
    assert moved["counts"]["total"] == 1


def test_the_box_stands_where_the_value_stands(own: RunningHeadway, people: People) -> None:
    """Over the words on the picture, in sight, on the page that they are on; where nothing was found there is none."""
    content = with_cover(ending(7))
    page = recorded(own, people, [payload("7.pdf", content)])
    review = opened(page, "BRS-0007")
    review.go_to("valid_until")
    expect(page.get_by_text("Page 2 of 2")).to_be_visible()
    [word] = pymupdf.open(stream=content, filetype="pdf")[1].search_for("7 March 2029")
    width, height = 595.3, 841.9
    truth = (word.x0 / width, word.y0 / height, word.x1 / width, word.y1 / height)
    for found, right in zip(review.share_of_page(), truth, strict=True):
        assert abs(found - right) < 0.02, (review.share_of_page(), truth)
    review.box_is_in_sight()
    review.go_to("next_survey")
    review.share_of_page()
    review.box_is_in_sight()
    review.go_to("certificate_type")
    expect(review.box).to_be_hidden()


def test_two_who_correct_the_same_field_see_each_other(own: RunningHeadway, people: People) -> None:
    """The second is told what the first wrote, and keeps what was typed; another field is no matter between them."""
    page = recorded(own, people, [payload("5.pdf", certificate_pdf(ending(5)))])
    mine = opened(page, "BRS-0005")
    theirs = opened(other_tab(page), "BRS-0005")
    mine.go_to("note")
    mine.begin("mine")
    theirs.go_to("valid_until")
    theirs.correct("2030-01-01")
    theirs.says("valid_until", "Jan 1, 2030")
    mine.says("valid_until", "Jan 1, 2030")  # live, while something is being typed
    expect(mine.editor("note")).to_have_value("mine")
    mine.page.keyboard.press("Enter")
    mine.says("note", "mine")
    mine.begin("mine again")
    theirs.go_to("note")
    theirs.correct("theirs")
    theirs.says("note", "theirs")
    mine.page.keyboard.press("Enter")
    expect(
        mine.fields.get_by_role("alert").filter(has_text="local changed this meanwhile to: theirs")
    ).to_be_visible()
    expect(mine.editor("note")).to_have_value("mine again")
    assert axe.violations(page) == []
    mine.page.keyboard.press("Enter")
    mine.says("note", "mine again")
    expect(mine.history.first).to_contain_text(re.compile(r"theirs\s+→\s*to\s+mine again"))
    expect(theirs.history).to_have_count(4)


def other_tab(page: Page) -> Page:
    """Another of the same person's."""
    tab = page.context.new_page()
    tab.goto(page.url)
    return tab


def test_a_record_without_its_document_is_corrected_too_and_deleted(
    own: RunningHeadway, people: People
) -> None:
    """What was typed in has no page; once deleted, the list is what is left to look at."""
    added = finished(asyncio.to_thread(own.run, "ships", "add", "Ocean Star", "--imo", "9074729"))
    assert added.returncode == 0, added.stderr
    front = signed_in(own, people())
    front.page.get_by_role("radio", name="Records of certificates").check(force=True)
    front.choose([payload("fleet.csv", b"Ship;Certificate number;Valid until\nOcean Star;A 1;2029-05-03\n")])
    front.card("fleet.csv").ended("Done")
    review = opened(front.page, "A 1", query="?sort=created")
    expect(review.page.get_by_role("img")).to_have_count(0)
    review.go_to("certificate_name")
    review.correct("Class Certificate")
    expect(review.page.get_by_role("heading", level=1)).to_have_text("Class Certificate")
    review.page.get_by_role("button", name="Delete the record").click()
    FrontPage(review.page).confirm("Delete the record")
    expect(review.page).to_have_url(re.compile(r"/certificates\?sort=created$"))
    assert answer(review.page, "/api/certificates")["items"] == []


@pytest.mark.parametrize(
    ("size", "words"), [(PHONE, VIETNAMESE), (DESKTOP, ENGLISH)], ids=["phone", "desktop"]
)
def test_review_and_ships_are_open_to_everybody(
    own: RunningHeadway, people: People, size: ViewportSize, words: Words
) -> None:
    """axe finds nothing while looking, correcting and in the help; a finger looks first and corrects then."""
    phone = size == PHONE
    locale = "vi-VN" if words is VIETNAMESE else "en-US"
    looks = {"size": size, "touch": phone, "locale": locale, "scheme": "dark" if phone else "light"}
    # "Register of Shipping" would pass for "{done} of {total}", said in English.
    certificate = replace(ending(9), society="Boreal Shipping Register")
    page = recorded(own, people, [payload("9.pdf", certificate_pdf(certificate))], **looks)
    review = opened(page, "BRS-0009", words)
    review.share_of_page()
    sound(page, words)
    if phone:
        review.field("issuing_authority").tap()
        review.looks_at("issuing_authority")
        review.field("issuing_authority").tap()
    else:
        review.go_to("issuing_authority")
        page.keyboard.press("Enter")
    expect(review.editor("issuing_authority")).to_be_focused()
    sound(page, words)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name=words("ui.review.help"))).to_be_visible()
    sound(page, words)
    page.keyboard.press("Escape")
    review.looks_at("issuing_authority")
    page.get_by_role("link", name=words("ui.nav.ships"), exact=True).click()
    expect(page.get_by_role("link", name="MV AURORA STAR")).to_be_visible()
    sound(page, words)


def sound(page: Page, words: Words) -> None:
    """Nothing keeps people out, nothing scrolls sideways, and nothing is said in another language."""
    assert axe.violations(page) == []
    assert not scrolls_sideways(page)
    assert words is ENGLISH or said_in_english(page, words) == []
