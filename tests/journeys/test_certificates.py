"""A fleet's certificates in the page: brought in by a file, looked through, live, and taken out again."""

import csv
import io
import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.journeys.conftest import People, signed_in
from tests.support import axe
from tests.support.browser import DESKTOP, PHONE, answer, scrolls_sideways
from tests.support.certificate_jobs import like
from tests.support.fleet import IMOS, in_days
from tests.support.fresh_files import payload
from tests.support.headway_process import RunningHeadway
from tests.support.page_words import VIETNAMESE, said_in_english
from tests.support.pages.certificates_page import CertificatesPage
from workers.samples.certificate import certificate_pdf

HEADS = ("ship", "ship_imo", "certificate_name", "certificate_number", "valid_until", "category", "note")
STAR, WIND = ("Ocean Star", IMOS[0]), ("Hải Phòng Wind", IMOS[1])
ROWS = (
    (*STAR, "Safety Management Certificate", "S-1", in_days(-3), "statutory", ""),
    (*STAR, "Certificate of Class", "S-2", in_days(0), "class", ""),
    (*STAR, "Load Line Certificate", "S-3", in_days(31), "statutory", '=HYPERLINK("http://x")'),
    (*WIND, "Certificate of Registry", "W-1", in_days(1), "registry", ""),
    (*WIND, "Maritime Labour Certificate", "W-2", in_days(89), "crew", ""),
    (*WIND, "Tonnage Certificate", "W-3", "", "statutory", ""),
)
WRONG = (*STAR, "Safety Radio Certificate", "S-9", "soon", "", "")


def table(*rows: tuple[str, ...]) -> bytes:
    """A CSV file with these rows."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows([HEADS, *rows])
    return file.getvalue().encode()


def opened(up: RunningHeadway, people: People, *rows: tuple[str, ...], **looks: Any) -> CertificatesPage:
    """The list, live, come to by the header, with these certificates in it."""
    page = signed_in(up, people(**looks)).page
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Certificates").click()
    listed = CertificatesPage(page).live()
    if rows:
        listed.bring(payload("fleet.csv", table(*rows)))
        expect(listed.links).to_have_count(len(rows))
    return listed


def change(page: Page, method: str, path: str, body: object = None) -> None:
    """What somebody else does meanwhile, with the rights of the one who looks."""
    headers = {"Origin": page.evaluate("location.origin"), "Content-Type": "application/json"}
    answered = page.request.fetch(path, method=method, headers=headers, data=json.dumps(body))
    assert answered.ok, answered.text()


def certificate(page: Page, number: str) -> str:
    """The address of the certificate of this number, for programs."""
    (found,) = answer(page, f"/api/certificates?q={number}")["items"]
    return f"{page.evaluate('location.origin')}/api/certificates/{found['id']}"


def test_a_list_is_brought_in_looked_through_and_taken_out(own: RunningHeadway, people: People) -> None:
    """Rows that are not taken are told; filters stand in the address; a file holds what is filtered, and comes back."""
    listed = opened(own, people)
    page = listed.page
    expect(page.get_by_role("heading", name="No certificates yet")).to_be_visible()
    expect(page.get_by_role("button", name="Export")).to_be_disabled()
    told = listed.bring(payload("fleet.csv", table(*ROWS, WRONG)))
    expect(told).to_contain_text("6 recorded, 0 replaced, 0 there already, 1 refused")
    expect(told).to_contain_text("Row 8 was not taken")
    with page.expect_download() as refused:
        told.get_by_role("link", name="Rows that were not taken").click()
    assert "S-9" in refused.value.path().read_text("utf-8-sig")
    expect(listed.links).to_have_text([ROWS[each][2] for each in (0, 1, 3, 2, 4, 5)])
    expect(listed.row("S-1")).to_contain_text("overdue by 3 days")
    expect(listed.row("S-2")).to_contain_text("ends today")
    expect(listed.row("W-1")).to_contain_text("in 1 day")
    for expiry, shown in {"": 6, "overdue": 1, "30": 2, "60": 3, "90": 4, "none": 1}.items():
        expect(listed.chip(expiry).locator("b")).to_have_text(str(shown))
    listed.chip("90").click()
    expect(listed.links).to_have_count(4)
    listed.choice("Ship").select_option(label=WIND[0])
    expect(listed.links).to_have_count(2)
    listed.search.fill("LABOUR")
    expect(listed.links).to_have_text(["Maritime Labour Certificate"])
    expect(page).to_have_url(re.compile(r"/certificates\?expiry=90&ship=[0-9a-f-]+&q=LABOUR$"))
    page.reload()
    listed.live()
    expect(listed.links).to_have_text(["Maritime Labour Certificate"])
    expect(listed.search).to_have_value("LABOUR")
    expect(listed.choice("Ship").locator(":checked")).to_have_text(WIND[0])
    exported = listed.export("csv", separator="semicolon", bom=False)
    assert exported.suggested_filename == "certificates.csv"
    content = exported.path().read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(content.decode(), newline=""), delimiter=";")
    assert (row["Ship"], row["Certificate number"]) == (WIND[0], "W-2")
    listed.search.fill("nothing of that kind")
    expect(page.get_by_text("No certificate fits these filters.")).to_be_visible()
    page.get_by_role("button", name="Show all certificates").click()
    expect(listed.links).to_have_count(6)
    expect(page).to_have_url(re.compile(r"/certificates$"))
    whole = listed.export("csv", separator="comma").path().read_bytes()
    assert whole.startswith(b"\xef\xbb\xbf")
    assert b"\"'=HYPERLINK" in whole, "no spreadsheet runs it"
    assert listed.export("xlsx").path().read_bytes().startswith(b"PK")
    assert len(json.loads(listed.export("json").path().read_bytes())["certificates"]) == 6
    again = listed.bring(payload("again.csv", whole))
    expect(again).to_contain_text("0 recorded, 0 replaced, 6 there already, 0 refused")


def test_what_others_do_is_seen_where_one_is(own: RunningHeadway, people: People) -> None:
    """Counts, names and places follow at once; the focus and what is being typed stay."""
    listed = opened(own, people, *ROWS)
    page = listed.page
    page.evaluate("window.same = true")
    link = listed.row("W-2").get_by_role("link")
    link.focus()
    change(page, "PATCH", certificate(page, "W-2"), {"fields": {"valid_until": in_days(-9), "note": "seen"}})
    expect(listed.chip("overdue").locator("b")).to_have_text("2")
    expect(listed.links.first).to_have_text("Maritime Labour Certificate")
    expect(listed.row("W-2")).to_contain_text("overdue by 9 days")
    expect(link).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(listed.row("S-1").get_by_role("link")).to_be_focused()
    page.keyboard.press("End")
    expect(listed.row("W-3").get_by_role("link")).to_be_focused()
    change(page, "DELETE", certificate(page, "W-3"))
    expect(listed.links).to_have_count(5)
    expect(listed.links.last).to_be_focused()
    listed.search.press_sequentially("ocean", delay=20)
    expect(listed.links).to_have_count(3)
    (ship,) = answer(page, "/api/ships?q=ocean")["items"]
    change(page, "PATCH", f"{own.url}/api/ships/{ship['id']}", {"name": "Ocean Star II"})
    expect(listed.row("S-1")).to_contain_text("Ocean Star II")
    expect(listed.search).to_be_focused()
    expect(listed.search).to_have_value("ocean")
    assert page.evaluate("window.same"), "it is still the page that was opened"


def test_a_document_that_is_dropped_stands_in_the_list_when_it_is_done(
    own: RunningHeadway, people: People
) -> None:
    listed = opened(own, people)
    front = signed_in(own, people())
    front.page.get_by_role("radio", name="Ship certificates").check(force=True)
    front.drop([payload("dropped.pdf", certificate_pdf(like()))])
    front.card("dropped.pdf").ended("Done")
    expect(listed.links).to_have_count(1)
    expect(listed.row("BRS-2024-01873")).to_contain_text(STAR[1])
    listed.row("BRS-2024-01873").get_by_role("cell").first.click()
    expect(listed.page).to_have_url(re.compile(r"/certificates/[0-9a-f-]{36}"))


def test_more_than_a_page_is_shown_on_demand_and_kept(own: RunningHeadway, people: People) -> None:
    rows = [(*STAR, f"Certificate {each}", f"N-{each}", in_days(each), "", "") for each in range(120)]
    listed = opened(own, people)
    listed.bring(payload("many.csv", table(*rows)))
    expect(listed.chip("").locator("b")).to_have_text("120")
    expect(listed.links).to_have_count(50)
    more = listed.page.get_by_role("button", name="Show more")
    more.click()
    expect(listed.links).to_have_count(100)
    change(
        listed.page, "PATCH", certificate(listed.page, "N-99"), {"fields": {"certificate_name": "Another"}}
    )
    expect(listed.links.last).to_have_text("Another")
    expect(listed.links).to_have_count(100)
    more.click()
    expect(listed.links).to_have_count(120)
    expect(more).to_be_hidden()


@pytest.mark.parametrize(
    "size", [DESKTOP, {"width": 640, "height": 430}, PHONE, {"width": 360, "height": 740}], ids=str
)
def test_it_is_sound_in_vietnamese_at_every_width(
    own: RunningHeadway, people: People, size: ViewportSize
) -> None:
    """Empty, filled, found nothing, asked about a file: for everybody, and no way but down."""
    t = VIETNAMESE
    narrow = size["width"] <= PHONE["width"]
    someone = people(size=size, touch=narrow, locale="vi-VN", scheme="dark" if narrow else "light")
    page = signed_in(own, someone, t).page

    def sound() -> None:
        assert said_in_english(page, t) == []
        assert axe.violations(page) == []
        assert not scrolls_sideways(page)

    page.get_by_role("link", name=t("ui.nav.certificates"), exact=True).click()
    listed = CertificatesPage(page, t)
    expect(page.get_by_text(t("ui.certificates.empty"))).to_be_visible()
    sound()
    long = ("x" * 300, "", "Giấy " * 50, "9" * 250, in_days(2), "y" * 290, "")
    ours = [(*WIND, "Giấy của tàu", row[3], row[4], row[5], "") for row in ROWS]
    told = listed.bring(payload("đội tàu.csv", table(*ours, long, WRONG)))
    expect(told).to_contain_text("Đã ghi 7")
    expect(listed.links).to_have_count(7)
    sound()
    page.get_by_role("button", name=t("ui.import.open")).click()
    sound()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name=t("ui.import.open"))).to_be_focused()
    page.get_by_role("button", name=t("ui.export.open")).click()
    expect(page.get_by_role("dialog")).to_contain_text("7 giấy chứng nhận")
    sound()
    page.keyboard.press("Escape")
    listed.search.fill("không có gì")
    expect(page.get_by_text(t("ui.certificates.nothing"))).to_be_visible()
    sound()


def test_who_comes_back_from_a_record_is_where_they_were(own: RunningHeadway, people: People) -> None:
    """As many rows as were shown are there again, and the one that was opened is in sight, after a reload too."""
    listed = opened(own, people)
    page = listed.page
    rows = [(*WIND, f"Certificate {n:03}", f"N-{n:03}", in_days(n + 1), "class", "") for n in range(120)]
    listed.bring(payload("many.csv", table(*rows)))
    listed.page.reload()
    listed.live()
    expect(listed.links).to_have_count(50)
    page.get_by_role("button", name="Show more").click()
    expect(listed.links).to_have_count(100)
    wanted = page.get_by_role("link", name="Certificate 090")
    wanted.scroll_into_view_if_needed()
    wanted.click()
    expect(page).to_have_url(re.compile(r"/certificates/[0-9a-f-]+"))
    page.go_back()
    expect(listed.links).to_have_count(100)
    expect(wanted).to_be_in_viewport()
    page.reload()
    expect(wanted).to_be_in_viewport()
    page.get_by_role("link", name="Ships").click()
    expect(page.get_by_role("heading", name="Ships", level=1)).to_be_in_viewport()
