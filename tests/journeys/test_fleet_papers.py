"""A ship's certificates, thirty at once: dropped for it, asked about, recorded, corrected, taken out."""

import asyncio
import json
from collections import Counter

import pytest
from playwright.sync_api import FilePayload, ViewportSize, expect

from tests.journeys.conftest import People, finished, signed_in
from tests.support.browser import DESKTOP, PHONE, scrolls_sideways
from tests.support.certificate_jobs import like
from tests.support.fleet import IMOS
from tests.support.fresh_files import broken, payload
from tests.support.headway_process import RunningHeadway
from tests.support.page_words import ENGLISH, VIETNAMESE, Words, said_in_english
from tests.support.pages.certificates_page import CertificatesPage
from tests.support.pages.front_page import FrontPage
from tests.support.pages.review_page import ReviewPage
from workers.samples.certificate import certificate_pdf

SHIP, IMO = "Ocean Star", IMOS[0]
TWICE, CORRECTED, STRANGE = "OS-001", "OS-007", "OS-900"
DONE = {"en": "29 of 30 done · 1 failed", "vi": "29 trên 30 đã xong · 1 lỗi"}


def paper(name: str, number: str, ship: str = "MV OCEAN STAR") -> FilePayload:
    """A certificate of the ship's IMO number."""
    return payload(name, certificate_pdf(like(ship, IMO, number=number)))


def papers() -> list[FilePayload]:
    """Twenty-seven that are well, one number again, one with another ship's name, one that is broken."""
    well = [paper(f"OS-{each:03}.pdf", f"OS-{each:03}") for each in range(1, 28)]
    return [
        *well,
        paper("copy.pdf", TWICE, "OCEAN STAR"),
        paper("strange.pdf", STRANGE, "NORTHERN LIGHT"),
        broken("broken.pdf"),
    ]


def drop_for_the_ship(front: FrontPage, t: Words) -> None:
    """Certificates, of the ship that a few letters find."""
    page = front.page
    page.get_by_role("radio", name=t("pipeline.certificate")).check(force=True)
    choice = page.get_by_role("combobox", name=t("ui.ship_choice"))
    choice.fill("ocean")
    listed = page.get_by_role("listbox", name=t("ui.ship_choice"))
    expect(listed.get_by_role("option", selected=True)).to_contain_text(IMO)
    page.keyboard.press("Enter")
    expect(choice).to_have_value(f"{SHIP} · {IMO}")
    front.choose(papers())


def answer_what_is_asked(front: FrontPage, t: Words) -> None:
    """Two questions, which stand before all else; whichever of two equal ones came second asks."""
    strange = front.card("strange.pdf")
    expect(strange.whole).to_contain_text(t("question.name_mismatch", name="NORTHERN LIGHT", ship=SHIP))
    twice = front.page.get_by_role("button", name=t("choice.keep"), exact=True)
    expect(twice).to_have_count(1)
    for place in range(2):
        expect(front.cards.nth(place).get_by_role("button", name=t("ui.action.cancel"))).to_be_visible()
        expect(front.cards.nth(place).locator("form")).to_be_visible()
    strange.whole.get_by_role("button", name=t("choice.accept"), exact=True).click()
    twice.click()


@pytest.mark.parametrize(
    ("t", "size"), [(ENGLISH, DESKTOP), (VIETNAMESE, PHONE)], ids=["desktop", "vietnamese-phone"]
)
def test_thirty_certificates_of_a_ship(
    own: RunningHeadway, people: People, t: Words, size: ViewportSize
) -> None:
    added = finished(asyncio.to_thread(own.run, "ships", "add", SHIP, "--imo", IMO))
    assert added.returncode == 0, added.stderr
    is_phone = size == PHONE
    front = signed_in(own, people(size=size, touch=is_phone, locale="vi-VN" if is_phone else "en-US"), t)
    page = front.page
    drop_for_the_ship(front, t)
    answer_what_is_asked(front, t)
    expect(front.batch_line("copy.pdf")).to_have_text(DONE[t.tag])
    front.card("broken.pdf").ended(t("ui.state.failed"))
    front.card("broken.pdf").says(t("advice.broken_document"))
    assert said_in_english(page, t) == [] or t is ENGLISH
    assert not scrolls_sideways(page)

    page.get_by_role("link", name=t("ui.nav.certificates"), exact=True).click()
    listed = CertificatesPage(page, t).live()
    expect(listed.chip("").locator("b")).to_have_text("29")
    expect(listed.links).to_have_count(29)
    listed.search.fill(CORRECTED)
    expect(listed.links).to_have_count(1)
    listed.links.click()
    review = ReviewPage(page, t)
    review.says("certificate_number", CORRECTED)
    if is_phone:
        review.field("valid_until").tap()
        review.looks_at("valid_until")
        review.field("valid_until").tap()
        review.editor("valid_until").fill("2027-05-03")
        page.keyboard.press("Enter")
    else:
        review.go_to("valid_until")
        review.correct("3 May 2027")
    expect(review.history).to_have_count(1)
    assert not scrolls_sideways(page)
    page.go_back()
    listed.live().search.fill("")
    expect(listed.links).to_have_count(29)

    table = json.loads(listed.export("json").path().read_bytes())["certificates"]
    numbers = Counter(each["certificate_number"] for each in table)
    assert numbers.total() == 29 and [each for each, times in numbers.items() if times > 1] == [TWICE]
    by_number = {each["certificate_number"]: each for each in table}
    assert by_number[CORRECTED]["valid_until"] == "2027-05-03"
    assert "NORTHERN LIGHT" in by_number[STRANGE]["note"]
    assert {each["ship"] for each in table} == {SHIP}
    assert listed.export("csv").path().read_text("utf-8-sig").count("\n") == 30
