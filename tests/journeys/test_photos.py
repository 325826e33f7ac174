"""A document that exists on paper only, photographed with a phone, in Vietnamese."""

from playwright.sync_api import expect

from tests.journeys.conftest import People, signed_in
from tests.support import axe
from tests.support.browser import PHONE, answer, scrolls_sideways
from tests.support.fresh_files import payload, photo
from tests.support.headway_process import RunningHeadway
from tests.support.page_words import VIETNAMESE, said_in_english
from tests.support.pages.photo_sheet import PhotoSheet


def test_photos_are_put_in_order_and_go_up_as_one_document(whole: RunningHeadway, people: People) -> None:
    """Upright however the phone was held; a photo can be moved or thrown away; what is no picture says so."""
    front = signed_in(whole, people(size=PHONE, touch=True, locale="vi-VN"), VIETNAMESE)
    page, sheet = front.page, PhotoSheet(front.page, VIETNAMESE)
    sheet.begin(photo("IMG_1.jpg", "SECOND page of the certificate", held=6))
    expect(sheet.pages).to_have_count(1)
    tall = "(image) => image.height > image.width"
    assert sheet.pages.first.evaluate(tall) is True
    sheet.take(photo("IMG_2.jpg", "FIRST page of the certificate"))
    sheet.take(photo("IMG_3.jpg", "A finger before the lens"))
    expect(sheet.pages).to_have_count(3)
    sheet.do("earlier", 2)
    first = sheet.whole.get_by_role("button", name=VIETNAMESE("ui.photos.later", page=1), exact=True)
    expect(first).to_be_focused()
    sheet.do("remove", 3)
    expect(sheet.pages).to_have_count(2)
    sheet.take(payload("IMG_4.jpg", b"no picture"))
    expect(sheet.whole.get_by_role("alert")).to_contain_text("IMG_4.jpg")
    assert said_in_english(page, VIETNAMESE) == []
    assert axe.violations(page) == []
    assert not scrolls_sideways(page)
    sheet.upload("giấy chứng nhận", pages=2)
    card = front.card("giấy chứng nhận.pdf")
    card.ended(VIETNAMESE("ui.state.completed"))
    assert answer(page, f"/api/jobs/{card.job_id}")["value"]["page_count"] == 2
    texts = [answer(page, f"/api/jobs/{card.job_id}/pages/{number}")["text"] for number in (1, 2)]
    assert "FIRST" in texts[0]
    assert "SECOND" in texts[1]


def test_a_sheet_that_is_closed_uploads_nothing(whole: RunningHeadway, people: People) -> None:
    """Nor does one without photos; the focus goes back to the camera."""
    front = signed_in(whole, people(size=PHONE, touch=True))
    sheet = PhotoSheet(front.page)
    before = answer(front.page, "/api/jobs?limit=1")["counts"]["total"]
    sheet.begin(photo("IMG_1.jpg", "Nobody wants this"))
    expect(sheet.pages).to_have_count(1)
    sheet.do("remove", 1)
    expect(sheet.whole.get_by_role("button", name="Upload 0 pages")).to_be_disabled()
    front.page.keyboard.press("Escape")
    expect(sheet.whole).to_have_count(0)
    expect(front.page.get_by_role("button", name="Camera")).to_be_focused()
    assert answer(front.page, "/api/jobs?limit=1")["counts"]["total"] == before
