"""What people do to documents on the page, with the real thing behind it: cancel, retry, answer, start."""

import os
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.conftest import finished
from tests.support.browser import answer, noted, said
from tests.support.fresh_files import broken, letter, payload, scan
from tests.support.headway_process import RunningHeadway, gone
from tests.support.pages.admin_page import AdminPage
from tests.support.pages.front_page import FrontPage
from tests.support.waiting import wait_for

_TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(pid: int) -> float:
    """What a process has used so far."""
    try:
        spent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(spent[11]) + int(spent[12])) / _TICKS


def reading_child(up: RunningHeadway) -> int:
    """The child that reads a picture now: it uses the processor, while the others wait."""
    before = {pid: processor_seconds(pid) for pid in up.pids("workers.children.warm")}

    def busiest() -> int | None:
        grown = {
            pid: processor_seconds(pid) - before.get(pid, 0.0) for pid in up.pids("workers.children.warm")
        }
        pid = max(grown, key=lambda each: grown[each], default=None)
        return pid if pid is not None and grown[pid] >= 0.5 else None

    found = wait_for(busiest, "a child reads")
    assert found is not None
    return found


def test_cancel_asks_once_work_has_begun_and_kills_it(whole: RunningHeadway, front: FrontPage) -> None:
    """Card, second tab, API, batch and admin list say Cancelled; the child that worked is gone at once."""
    front.drop([scan("long scan.pdf", count=420), letter("short.pdf")])
    front.card("short.pdf").ended("Done")
    card = front.card("long scan.pdf")
    card.works()
    child = reading_child(whole)
    card.button("Cancel").click()
    expect(front.page.get_by_role("dialog")).to_contain_text("long scan.pdf")
    front.confirm("Keep going")
    expect(card.button("Cancel")).to_be_focused()
    card.button("Cancel").click()
    front.confirm("Cancel the work")
    card.says("Cancelled by local")
    finished(gone({child}, seconds=2))
    second = FrontPage(front.page.context.new_page())
    second.page.goto(whole.url)
    second.card("long scan.pdf").says("Cancelled by local")
    value = answer(front.page, f"/api/jobs/{card.job_id}")["value"]
    assert (value["state"], value["cancelled_by"]) == ("cancelled", "local")
    assert answer(front.page, f"/api/batches/{value['batch_id']}")["counts"]["cancelled"] == 1
    expect(front.batch_line("long scan.pdf")).to_have_text("1 of 2 done · 1 cancelled")
    admin = AdminPage(second.page)
    admin.open()
    expect(admin.row("long scan.pdf")).to_contain_text("Cancelled")
    expect(admin.workers.get_by_role("link")).to_have_count(0)


def test_cancel_asks_nothing_before_work_has_begun(front: FrontPage) -> None:
    """A document that was not started is cancelled at once."""
    front.upload_for_later([letter("regretted.pdf")])
    card = front.card("regretted.pdf")
    card.says("Not started")
    card.button("Cancel").click()
    card.ended("Cancelled")
    expect(front.page.get_by_role("dialog")).to_have_count(0)


def test_a_broken_file_stops_no_other_and_says_what_to_do(front: FrontPage) -> None:
    """Its card, the note and the live region say what happened, the card also what to do and where to ask."""
    names = ("good one.pdf", "spoiled.pdf", "good two.pdf")
    front.choose([broken(name) if name == "spoiled.pdf" else letter(name) for name in names])
    spoiled = front.card("spoiled.pdf")
    spoiled.ended("Failed")
    spoiled.says("This document is damaged and can't be opened.")
    spoiled.says("Ask for the original, or open it in its program and save it again.")
    error = answer(front.page, f"/api/jobs/{spoiled.job_id}")["value"]["error"]
    expect(spoiled.whole.get_by_role("code")).to_have_text(error["support_id"])
    assert spoiled.whole.inner_text().count(error["text"]) == 1
    for name in ("good one.pdf", "good two.pdf"):
        front.card(name).ended("Done")
    expect(front.batch_line("spoiled.pdf")).to_have_text("2 of 3 done · 1 failed")
    wait_for(lambda: error["text"] in noted(front.page), "the note says what happened")
    wait_for(
        lambda: f"spoiled.pdf: Failed · while Inspecting · {error['text']}" in said(front.page), "it is told"
    )
    spoiled.button("Retry").click()
    wait_for(lambda: answer(front.page, f"/api/jobs/{spoiled.job_id}")["run"] == 2, "a second run")
    spoiled.ended("Failed")
    wait_for(lambda: noted(front.page).count(error["text"]) == 2, "its ending is told as well")
    assert answer(front.page, f"/api/jobs/{spoiled.job_id}")["value"]["state"] == "failed"


def test_what_is_refused_at_the_door_counts_in_what_all_are_told(front: FrontPage) -> None:
    """The line about all and the note at their end say the same."""
    front.choose(
        [letter("welcome.pdf"), letter("welcome too.pdf"), payload("program.exe", b"MZ" + bytes(99))]
    )
    front.card("program.exe").says("Refused")
    front.card("program.exe").says("This type of file cannot be read")
    expect(front.batch_line("program.exe")).to_have_text("2 of 3 done · 1 failed")
    expect(front.notes).to_contain_text("2 of 3 done · 1 failed")
    expect(front.batch("program.exe").get_by_role("button", name="Retry failed")).to_have_count(0)
    front.page.get_by_role("button", name="Dismiss: program.exe").click()
    expect(front.batch_line("welcome.pdf")).to_have_text("2 of 2 done")


def test_a_protected_document_asks_for_its_password_on_the_page(front: FrontPage) -> None:
    """It stands first until it is answered; a wrong password is told beside the field."""
    front.choose([letter("locked.pdf", password="open sesame"), letter("open.pdf")])
    card = front.card("locked.pdf")
    card.says("Needs you")
    expect(front.page.get_by_role("region", name="Needs you").get_by_role("listitem")).to_have_count(1)
    field = card.whole.get_by_label("Password")
    field.fill("close sesame")
    field.press("Enter")
    card.says("That password does not open the document.")
    expect(field).to_have_value("")
    field.fill("open sesame")
    card.whole.get_by_role("button", name="Answer").click()
    expect(front.page.get_by_role("heading", name="Needs you", exact=True)).to_be_hidden()
    card.ended("Done")
    expect(front.batch_line("locked.pdf")).to_have_text("2 of 2 done")
    assert "sesame" not in str(answer(front.page, f"/api/jobs/{card.job_id}"))


def test_what_is_uploaded_for_later_says_what_it_will_take_and_starts_when_told(front: FrontPage) -> None:
    """A worker looks at it, which starts nothing."""
    front.upload_for_later([letter("later.pdf", pages=3)])
    card = front.card("later.pdf")
    card.says("Not started")
    card.says("Expected: 3 pages, about 1 s of work")
    assert answer(front.page, f"/api/jobs/{card.job_id}")["value"]["state"] == "staged"
    card.button("Start").click()
    card.ended("Done")
    card.says("3 pages")
