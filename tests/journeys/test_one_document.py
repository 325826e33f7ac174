"""The page of one document: its pages, their pictures and words, its results."""

import zipfile
from pathlib import Path

import orjson
from playwright.sync_api import expect

from tests.support.fresh_files import letter, payload
from tests.support.pages.front_page import FrontPage
from tests.support.pages.job_page import JobPage
from tests.support.pdf_files import mixed_pdf, text_pdf, words


def test_every_page_is_seen_beside_its_words(front: FrontPage) -> None:
    """Text and OCR pages side by side with their picture; the strip says how each was read."""
    front.drop([payload("survey.pdf", mixed_pdf())])
    card = front.card("survey.pdf")
    card.works()
    card.link.click()
    job = JobPage(front.page)
    job.shows("survey.pdf")
    expect(job.cell("Page 1, text, done")).to_be_visible()
    expect(job.cell("Page 2, OCR, done")).to_be_visible()
    expect(front.page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "100")
    expect(job.text).to_contain_text(words(80)[:30])
    job.picture_is_there()
    job.cell("Page 2, OCR, done").click()
    expect(front.page.get_by_role("heading", name="Page 2 of 4")).to_be_visible()
    expect(job.text).to_contain_text(words(80).split()[0])
    expect(front.page.get_by_text("rapidocr ·")).to_be_visible()
    expect(job.picture).to_have_attribute("alt", "Page 2 of survey.pdf as it looks")
    job.picture_is_there()
    expect(job.log).to_contain_text("Completed")


def test_the_words_of_a_page_come_as_soon_as_they_are_there(front: FrontPage) -> None:
    """Who opens a document at once sees each page's words without doing anything, and what was left out."""
    front.page.get_by_text("Options", exact=True).click()
    front.page.get_by_role("textbox", name="Pages").fill("1-399")
    front.choose([letter("thick.pdf", pages=400)])
    front.card("thick.pdf").link.click()
    job = JobPage(front.page)
    job.shows("thick.pdf")
    expect(job.text).to_contain_text("Page 1 of thick.pdf")
    expect(job.strip.get_by_role("option")).to_have_count(200)
    job.strip.get_by_role("option").last.click()
    front.page.get_by_role("button", name="Next page").click()
    expect(front.page.get_by_role("heading", name="Page 400 of 400")).to_be_visible()
    expect(job.text).to_have_text("This page was left out, as the options ask.")
    front.page.get_by_role("button", name="Previous page").click()
    expect(job.text).to_contain_text("Page 399 of thick.pdf")


def test_the_strip_is_walked_by_keyboard_alone(front: FrontPage) -> None:
    """Tab reaches one cell, arrows move, Enter opens, End goes to the last; the words follow."""
    front.choose([letter("twelve pages.pdf", pages=12)])
    front.card("twelve pages.pdf").ended("Done")
    front.card("twelve pages.pdf").link.focus()
    front.page.keyboard.press("Enter")
    job = JobPage(front.page)
    expect(job.strip.get_by_role("option")).to_have_count(12)
    for _ in range(12):
        front.page.keyboard.press("Tab")
        if job.cell("Page 1, text, done").evaluate("(cell) => cell === document.activeElement"):
            break
    expect(job.cell("Page 1, text, done")).to_be_focused()
    for _ in range(4):
        front.page.keyboard.press("ArrowRight")
    expect(job.cell("Page 5, text, done")).to_be_focused()
    front.page.keyboard.press("Enter")
    expect(job.cell("Page 5, text, done")).to_have_attribute("aria-selected", "true")
    expect(job.text).to_contain_text("Page 5 of twelve pages.pdf")
    front.page.keyboard.press("End")
    front.page.keyboard.press("Enter")
    expect(job.text).to_contain_text("Page 12 of twelve pages.pdf")
    job.picture_is_there()


def test_results_are_looked_at_and_taken_away(front: FrontPage, tmp_path: Path) -> None:
    """Each download holds what its name says, the original its very bytes; the batch comes as one archive."""
    text = words(70, seed=4711)
    original = text_pdf(text)
    front.choose([payload("contract.pdf", original), letter("annex.pdf")])
    front.card("contract.pdf").ended("Done")
    front.card("annex.pdf").ended("Done")
    with front.page.expect_download() as coming:
        front.batch("annex.pdf").get_by_role("link", name="Download all").click()
    with zipfile.ZipFile(coming.value.path()) as archive:
        assert {f"{name}/text.txt" for name in ("contract.pdf", "annex.pdf")} <= set(archive.namelist())
    front.card("contract.pdf").link.click()
    job = JobPage(front.page)
    assert job.download("text.txt").path().read_text().split() == text.split()
    assert words_of(job.download("document.md").path()) == text.split()
    (page,) = orjson.loads(job.download("pages.json").path().read_bytes())["pages"]
    assert page["text"].split() == text.split()
    taken = job.download("contract.pdf")
    assert taken.suggested_filename == "contract.pdf"
    assert taken.path().read_bytes() == original
    front.page.get_by_role("button", name="View text.txt").click()
    expect(front.page.get_by_role("dialog")).to_contain_text(text.split()[0])
    front.page.keyboard.press("Escape")
    expect(front.page.get_by_role("button", name="View text.txt")).to_be_focused()


def words_of(path: Path) -> list[str]:
    """Of a Markdown file without any mark."""
    return path.read_text().split()
