"""What people do to all of their documents at once, and what they choose for all that they upload."""

from playwright.sync_api import expect

from tests.journeys.conftest import People, signed_in
from tests.support.browser import PHONE, answer
from tests.support.fresh_files import letter
from tests.support.headway_process import RunningHeadway
from tests.support.pages.admin_page import AdminPage
from tests.support.pages.front_page import FrontPage

ALL = "Cancel all documents"


def test_cancel_all_says_how_many_and_ends_every_batch(own: RunningHeadway, people: People) -> None:
    """On a phone as well: the line stays when all has ended, so that no card moves; one batch alone needs none."""
    front = signed_in(own, people(size=PHONE, touch=True))
    first = [letter(f"first {number}.pdf") for number in range(3)]
    front.upload_for_later(first)
    front.card("first 0.pdf").says("Not started")
    button = front.page.get_by_role("button", name=ALL)
    expect(button).to_have_count(0)
    second = [letter(f"second {number}.pdf") for number in range(2)]
    front.upload_for_later(second)
    for each in (*first, *second):
        front.card(each["name"]).says("Not started")
    expect(front.list_line).to_have_text("5 not finished")
    button.click()
    expect(front.page.get_by_role("dialog")).to_contain_text("5 documents")
    front.confirm("Keep going")
    expect(button).to_be_focused()
    assert answer(front.page, "/api/jobs")["counts"]["staged"] == 5
    button.click()
    front.confirm("Cancel all")
    for each in (*first, *second):
        front.card(each["name"]).ended("Cancelled")
    expect(front.list_line).to_have_text("All documents have ended")
    expect(button).to_be_hidden()
    counts = answer(front.page, "/api/jobs")["counts"]
    assert (counts["total"], counts["cancelled"]) == (5, 5)


def test_an_admin_cancels_all_that_match_and_is_told_how_many(front: FrontPage) -> None:
    """By name and by state, whether in sight or not; where nothing is left, a note says so and nobody is asked."""
    front.upload_for_later([letter(f"heap {number}.pdf") for number in range(3)])
    for number in range(3):
        front.card(f"heap {number}.pdf").says("Not started")
    admin = AdminPage(front.page)
    admin.open()
    admin.search("heap")
    expect(admin.row("heap 0.pdf")).to_contain_text("Not started")
    admin.filter_state("Not started")
    admin.with_picked("Cancel all that match")
    expect(front.page.get_by_role("dialog")).to_contain_text("3 jobs that match these filters stop")
    front.confirm("Cancel all")
    front.page.get_by_role("dialog").wait_for(state="detached")
    admin.filter_state("Not started")
    for number in range(3):
        expect(admin.row(f"heap {number}.pdf")).to_contain_text("Cancelled by local")
    admin.with_picked("Cancel all that match")
    expect(front.notes).to_contain_text("Nothing that matches these filters is waiting or at work.")
    expect(front.page.get_by_role("dialog")).to_have_count(0)


def test_what_is_uploaded_has_the_priority_that_was_chosen(front: FrontPage) -> None:
    """Normal unless something else is chosen; it holds for the following uploads until another is chosen."""
    for name, priority in (
        ("usual.pdf", None),
        ("urgent.pdf", "High"),
        ("also urgent.pdf", None),
        ("idle.pdf", "Low"),
    ):
        if priority:
            front.give_priority(priority)
        front.drop([letter(name)])
    given = {
        name: answer(front.page, f"/api/jobs/{front.card(name).job_id}")["value"]["priority"]
        for name in ("usual.pdf", "urgent.pdf", "also urgent.pdf", "idle.pdf")
        if front.card(name).ended("Done") is None
    }
    assert given == {
        "usual.pdf": "normal",
        "urgent.pdf": "high",
        "also urgent.pdf": "high",
        "idle.pdf": "low",
    }
