"""The admin page on the real thing: workers, jobs, filters in the address, many at once."""

import re

from playwright.sync_api import expect

from tests.support.browser import answer
from tests.support.fresh_files import broken, letter, scan
from tests.support.pages.admin_page import AdminPage
from tests.support.pages.front_page import FrontPage


def test_an_admin_sees_workers_and_jobs_and_steers_many_at_once(front: FrontPage) -> None:
    """What a worker runs is told by name; filters stand in the address; chosen jobs are cancelled and retried."""
    front.upload_for_later([letter(f"pile {number}.pdf") for number in range(3)])
    for number in range(3):
        front.card(f"pile {number}.pdf").says("Not started")
    admin = AdminPage(front.page)
    admin.open()
    admin.search("pile")
    expect(admin.row("pile 0.pdf")).to_contain_text("Not started")
    admin.pick("pile 0.pdf", "pile 1.pdf")
    expect(front.page.get_by_text("2 chosen")).to_be_visible()
    admin.with_picked("Cancel")
    front.confirm("Cancel all")
    for name in ("pile 0.pdf", "pile 1.pdf"):
        expect(admin.row(name)).to_contain_text("Cancelled by local")
    expect(admin.row("pile 2.pdf")).to_contain_text("Not started")
    admin.filter_state("Cancelled")
    expect(front.page).to_have_url(re.compile(r"/admin\?.*state=cancelled"))
    expect(admin.row("pile 2.pdf")).to_have_count(0)
    front.page.reload()
    front.live()
    expect(admin.row("pile 0.pdf")).to_be_visible()
    expect(admin.row("pile 2.pdf")).to_have_count(0)
    admin.pick("pile 0.pdf", "pile 1.pdf")
    admin.with_picked("Retry")
    expect(front.page.get_by_text("None chosen")).to_be_visible()
    admin.filter_state("Cancelled")
    for name in ("pile 0.pdf", "pile 1.pdf"):
        expect(admin.row(name)).to_contain_text("Done")
    listed = answer(front.page, "/api/admin/jobs?q=pile")["items"]
    assert sorted(each["state"] for each in listed) == ["completed", "completed", "staged"]


def test_the_workers_tell_what_they_run_and_rows_live(front: FrontPage) -> None:
    """While a scan is read a worker names it; the row's figures are those of the API in the end."""
    front.drop([scan("watched scan.pdf", count=200), broken("watched broken.pdf")])
    admin = AdminPage(front.page)
    admin.open()
    expect(admin.workers.get_by_role("link", name="watched scan.pdf")).to_be_visible()
    expect(admin.workers.filter(has_text="watched scan.pdf")).to_contain_text("1 of 1 slots busy")
    expect(front.page.get_by_role("list", name="Engines")).to_contain_text("rapidocr · ready")
    expect(admin.row("watched broken.pdf")).to_contain_text("Failed")
    expect(admin.row("watched scan.pdf")).to_contain_text("Done")
    expect(admin.row("watched scan.pdf")).to_contain_text("100%")
    expect(admin.workers.get_by_role("link")).to_have_count(0)
    expect(front.page.get_by_role("term").filter(has_text="Running").locator("+ dd")).to_have_text("0")
