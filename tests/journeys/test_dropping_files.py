"""Thirty files at once: every bar ends, and whoever asks, wherever, is told the same."""

import re
from collections.abc import Iterable
from functools import partial
from typing import Any

from playwright.sync_api import FilePayload, Page, expect

from tests.journeys.conftest import People, signed_in
from tests.support.browser import answer, noted, said
from tests.support.fresh_files import broken, letter, note
from tests.support.headway_process import RunningHeadway
from tests.support.pages.card import Card
from tests.support.pages.front_page import FrontPage
from tests.support.waiting import wait_for

_WATCH_BARS = """() => {
  window.went = {};
  new MutationObserver(() => {
    for (const bar of document.querySelectorAll('[role=listitem] [role=progressbar]')) {
      const values = window.went[bar.ariaLabel] ??= [];
      const now = Number(bar.ariaValueNow);
      if (values.at(-1) !== now) values.push(now);
    }
  }).observe(document.body, {subtree: true, childList: true, attributes: true});
}"""


def thirty(prefix: str) -> list[FilePayload]:
    """Documents of several kinds, some of a few pages."""
    kinds = ("pdf", "pdf", "txt", "md", "csv")
    names = [f"{prefix} {number:02}.{kinds[number % 5]}" for number in range(1, 31)]
    return [
        letter(name, pages=1 + at % 3) if name.endswith("pdf") else note(name)
        for at, name in enumerate(names)
    ]


def batch_of(page: Page, card: Card) -> Any:
    """The batch of a card's job, by API."""
    job = answer(page, f"/api/jobs/{card.job_id}")["value"]
    return answer(page, f"/api/batches/{job['batch_id']}")


def names(files: Iterable[FilePayload]) -> list[str]:
    """Theirs."""
    return [each["name"] for each in files]


def log_is_whole(page: Page, job_id: str) -> bool:
    """Whether a completed job's log begins and ends as it should."""
    lines = answer(page, f"/api/jobs/{job_id}")["value"]["log"]
    codes = [
        lines[number]["code"] for number in sorted(lines, key=lambda each: (lines[each]["at"], int(each)))
    ]
    return codes[:1] == ["accepted"] and codes[-1:] == ["completed"] and "started" in codes


def test_thirty_files_dropped_at_once_all_end_and_everybody_says_so(front: FrontPage) -> None:
    """List, cards, title, note, live region and API agree on 30 of 30; no bar ever went back."""
    files = thirty("dropped")
    page = front.page
    page.evaluate(_WATCH_BARS)
    front.drop(files)
    expect(front.batch(names(files)[0]).get_by_role("listitem")).to_have_count(30)
    expect(page).to_have_title(re.compile(r"^\d+/30 · Headway$"))
    expect(front.batch_line(names(files)[0])).to_have_text("30 of 30 done")
    expect(page).to_have_title("Headway")
    for name in names(files):
        front.card(name).ended("Done")
    went: dict[str, list[float]] = page.evaluate("window.went")
    for name in names(files):
        values = went[f"Progress of {name}"]
        assert values == sorted(values), f"the bar of {name} went back"
        assert values[-1] == 100
    expect(front.notes).to_contain_text("30 of 30 done")
    wait_for(
        lambda: all(f"{name}: Done" in said(page) for name in names(files)), "the live region tells each end"
    )
    batch = batch_of(page, front.card(names(files)[0]))
    assert (batch["total"], batch["counts"]["completed"], batch["percent"]) == (30, 30, 100)
    listed = {each["name"]: each for each in answer(page, f"/api/jobs?batch={batch['id']}&limit=50")["items"]}
    assert set(listed) == set(names(files))
    assert {(each["state"], each["percent"]) for each in listed.values()} == {("completed", 100)}
    for each in listed.values():
        wait_for(
            partial(log_is_whole, page, each["id"]), f"the log of {each['name']} tells its beginning and end"
        )


def test_a_reload_in_the_middle_loses_nothing(front: FrontPage) -> None:
    """The same cards come back in the same order, with at least what was done, and go on to their end."""
    files = [*thirty("reloaded")[:11], broken("reloaded broken.pdf")]
    first = names(files)[0]
    front.drop(files)
    page = front.page
    expect(front.batch(first).get_by_role("listitem")).to_have_count(12)
    wait_for(lambda: front.card("reloaded broken.pdf").whole.get_by_role("link").count(), "the last is a job")
    before = front.batch(first).get_by_role("listitem").get_by_role("progressbar").all()
    shown = [
        (bar.get_attribute("aria-label"), float(bar.get_attribute("aria-valuenow") or 0)) for bar in before
    ]
    page.reload()
    front.live()
    expect(front.batch(first).get_by_role("listitem")).to_have_count(12)
    for at, (label, value) in enumerate(shown):
        bar = front.batch(first).get_by_role("progressbar").nth(at + 1)
        expect(bar).to_have_attribute("aria-label", label or "")
        assert float(bar.get_attribute("aria-valuenow") or 0) >= value
    expect(front.batch_line(first)).to_have_text("11 of 12 done · 1 failed")
    page.reload()
    expect(front.batch_line(first)).to_have_text("11 of 12 done · 1 failed")
    assert noted(page) == "", "what ended before is no news"


def test_a_second_tab_and_another_device_agree(
    whole: RunningHeadway, front: FrontPage, people: People
) -> None:
    """Both show what the first shows, while it works and afterwards."""
    files = thirty("shared")[:9]
    first = names(files)[0]
    second = FrontPage(front.page.context.new_page())
    second.page.goto(whole.url)
    device = signed_in(whole, people())
    front.drop(files)
    for other in (second, device):
        expect(other.batch(first).get_by_role("listitem")).to_have_count(9)
        expect(other.batch_line(first)).to_have_text("9 of 9 done")
        for name in names(files):
            other.card(name).ended("Done")
            expect(front.card(name).whole).to_have_text(other.card(name).whole.inner_text())


def test_a_file_that_is_here_already_is_not_worked_on_again(front: FrontPage) -> None:
    """It is shown as done where it was dropped, and the document of before stays where it is."""
    file = letter("invoice.pdf")
    front.choose([file, letter("beside it.pdf")])
    front.card("invoice.pdf").ended("Done")
    job = front.card("invoice.pdf").job_id
    front.drop([{**file, "name": "invoice again.pdf"}])
    again = front.card("invoice again.pdf")
    again.ended("Done")
    again.says("Already here: the same document with the same options")
    assert again.job_id == job
    expect(front.batch("invoice.pdf").get_by_role("listitem")).to_have_count(2)
    listed = answer(front.page, "/api/jobs?limit=50")["items"]
    assert [each["name"] for each in listed if "invoice" in each["name"]] == ["invoice.pdf"]
