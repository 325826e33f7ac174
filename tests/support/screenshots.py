"""`python -m tests.support.screenshots [FOLDER]` takes the documentation's pictures of the page at work anew.

A real Headway runs the sample documents; each picture is taken at the moment when it shows what it is for.
"""

import asyncio
import datetime as dt
import io
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize

from tests.support.browser import DESKTOP, Person, chromium, person
from tests.support.fresh_files import payload
from tests.support.headway_process import RunningHeadway, started_up
from tests.support.novel_files import novel_pdf
from tests.support.novels import novel
from tests.support.pages.admin_page import AdminPage
from tests.support.pages.book_page import BookPage
from tests.support.pages.certificates_page import CertificatesPage
from tests.support.pages.front_page import FrontPage
from tests.support.pages.job_page import JobPage
from tests.support.pages.review_page import ReviewPage
from tests.support.pdf_files import scanned_pdf, text_pdf, words
from tests.support.waiting import wait_for
from workers.samples.certificate import AURORA, certificate_pdf
from workers.samples.writing import write_samples

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
_TALL: ViewportSize = {"width": DESKTOP["width"], "height": 1180}
_PHONE_DOTS = 2
STAR = ("Aurora Star", "--imo", "9074729")
PAPERS = (
    ("load line.pdf", "International Load Line Certificate", "BRS-2021-1180", -6),
    ("smc.pdf", "Safety Management Certificate", "BRS-2026-0417", 19),
    ("issc.pdf", "International Ship Security Certificate", "BRS-2025-0093", 55),
    ("construction.pdf", AURORA.title, "BRS-2024-0561", 420),
)
"""Name, title, number and days to its end."""


def main() -> None:
    """Takes them all."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="headway-screenshots-") as place:
        ups = [asyncio.run(started_up(Path(place) / each)) for each in ("documents", "fleet", "books")]
        try:
            with chromium() as browser:
                take_all(browser, ups[0], Path(place), folder)
                fleet_pictures(browser, ups[1], Path(place), folder)
                book_pictures(browser, ups[2], folder)
        finally:
            for up in ups:
                up.interrupt()
            for up in ups:
                up.process.wait(15)


def take_all(browser: Browser, up: RunningHeadway, place: Path, folder: Path) -> None:
    """busy, admin, phone and job, in the order in which the documents come by what they show."""
    paths = write_samples(place / "samples")
    with person(browser, size=_TALL) as someone:
        front = FrontPage(someone.tab(up.link)).live()
        front.upload_for_later([payload(path.name, path.read_bytes()) for path in paths] + more_documents())
        start_in_order(front)
        at(lambda: 45 < front.card("certificate-scanned.pdf").percent < 100, "the certificate is half read")
        shoot(front.page, folder / "busy.png")
        admin = FrontPage(someone.tab(up.url + "/admin")).live()
        admin.page.set_viewport_size(DESKTOP)
        AdminPage(admin.page).row("logbook.pdf").wait_for()
        shoot(admin.page, folder / "admin.png")
        admin.page.close()
        phone: ViewportSize = {"width": 390, "height": 844}
        state = someone.context.storage_state()
        with person(browser, size=phone, scheme="dark", touch=True, dots=_PHONE_DOTS, state=state) as holder:
            shoot(FrontPage(holder.tab(up.url)).live().page, folder / "phone.png")
        report = front.card("survey-report.pdf")
        report.ended("Done")
        job_picture(someone, report.job_id, up, folder)


def start_in_order(front: FrontPage) -> None:
    """First what is over soon or needs a person, then what takes a while."""
    endings = {
        "charter-party.pdf": "Needs you",
        "damaged.pdf": "Failed",
        "certificate.pdf": "Done",
        "certificate-load-line.pdf": "Done",
        "deck-log-manual.docx": "Done",
        "le-phare-des-sablons.pdf": "Done",
    }
    for name in endings:
        front.card(name).button("Start").click()
    for name, ending in endings.items():
        front.card(name).says(ending)
    for name in ("certificate-scanned.pdf", "survey-report.pdf", "logbook.pdf"):
        front.card(name).button("Start").click()
    front.page.evaluate("document.activeElement.blur()")
    front.page.mouse.move(0, 0)


def more_documents() -> list[FilePayload]:
    """One that asks for its password, and a few pages that take a while."""
    logbook = scanned_pdf(*(words(90, seed=page) for page in range(6)))
    return [
        payload("charter-party.pdf", text_pdf(words(300), password="open sesame")),
        payload("logbook.pdf", logbook),
    ]


def job_picture(someone: Person, job_id: str, up: RunningHeadway, folder: Path) -> None:
    """A page that was read by OCR, beside its words, one of which is pointed at."""
    page = FrontPage(someone.tab(f"{up.url}/jobs/{job_id}")).live().page
    page.set_viewport_size(DESKTOP)
    job = JobPage(page)
    job.cell("Page 2, OCR, done").click()
    page.get_by_role("heading", name="Page 2 of 4").wait_for()
    job.picture_is_there()
    job.text.get_by_text("NORDWIND").first.hover()
    shoot(page, folder / "job.png")


def fleet_pictures(browser: Browser, up: RunningHeadway, place: Path, folder: Path) -> None:
    """fleet, certificates and review: papers of two ships while they are asked about, in their list, and corrected."""
    up.run("ships", "add", *STAR)
    with person(browser, size=DESKTOP) as someone:
        front = FrontPage(someone.tab(up.link)).live()
        page = front.page
        page.get_by_role("radio", name="Ship certificates").check(force=True)
        front.choose([paper(*each) for each in PAPERS])
        for name, *_ in PAPERS:
            front.card(name).ended("Done")
        page.get_by_role("combobox", name="Ship").fill(STAR[0])
        page.get_by_role("listbox", name="Ship").get_by_text(STAR[2]).wait_for()
        page.keyboard.press("Enter")
        copy = replace(AURORA, number="BRS-2026-0417", text=f"{AURORA.text} Issued as a copy.")
        scanned = (place / "samples" / "certificate-scanned.pdf").read_bytes()
        front.choose([payload("smc copy.pdf", certificate_pdf(copy)), payload("nordwind scan.pdf", scanned)])
        front.card("smc copy.pdf").says("Keep both")
        at(lambda: 30 < front.card("nordwind scan.pdf").percent < 100, "the scan is half read")
        page.evaluate("document.activeElement.blur()")
        shoot(page, folder / "fleet.png")
        page.get_by_role("link", name="Certificates", exact=True).click()
        listed = CertificatesPage(page).live()
        listed.row("BRS-2025-0093").wait_for()
        shoot(page, folder / "certificates.png")
        listed.row("BRS-2026-0417").get_by_role("link").click()
        review = ReviewPage(page)
        review.says("certificate_number", "BRS-2026-0417")
        review.go_to("valid_until")
        review.share_of_page()
        shoot(page, folder / "review.png")


def book_pictures(browser: Browser, up: RunningHeadway, folder: Path) -> None:
    """book and book-phone: a novel whose table fills while chunks are at work, and one that is whole."""
    with person(browser, size=DESKTOP) as someone:
        front = FrontPage(someone.tab(up.link)).live()
        page = front.page
        page.get_by_role("radio", name="Sentences").check(force=True)
        page.get_by_text("Options", exact=True).click()
        page.get_by_label("Pages in a chunk").fill("25")
        page.get_by_text("Options", exact=True).click()
        front.choose([payload("le-phare-des-sablons.pdf", novel_pdf(novel(420, seed=4)))])
        card = front.card("le-phare-des-sablons.pdf")
        job = card.job_id
        card.link.click()
        book = BookPage(page)
        at(lambda: 3 <= book.main.get_by_role("option", name="done").count() < 15, "some chunks are done")
        book.rows.first.wait_for()
        page.evaluate("document.activeElement.blur()")
        shoot(page, folder / "book.png")
        book.shows("Done")
        state = someone.context.storage_state()
        phone: ViewportSize = {"width": 390, "height": 844}
        with person(browser, size=phone, scheme="dark", touch=True, dots=_PHONE_DOTS, state=state) as holder:
            small = BookPage(FrontPage(holder.tab(f"{up.url}/jobs/{job}")).live().page)
            small.rows.first.wait_for()
            shoot(small.page, folder / "book-phone.png")


def paper(name: str, title: str, number: str, days: int) -> FilePayload:
    """A certificate of this kind and number that ends in so many days."""
    end = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days)
    issued = (AURORA.issued[0], ("Valid until", f"{end.day} {end:%B} {end.year}"), *AURORA.issued[2:])
    return payload(name, certificate_pdf(replace(AURORA, title=title, number=number, issued=issued)))


def at(moment: Callable[[], bool], what: str) -> None:
    """Waits for the moment."""
    wait_for(moment, what, seconds=120)


def shoot(page: Page, path: Path) -> None:
    """The top of the page, with nothing in motion and without notes in the corner, which hide what is under them."""
    page.evaluate("document.querySelectorAll('.toast').forEach((each) => each.remove())")
    page.evaluate("scrollTo(0, 0)")
    Image.open(io.BytesIO(page.screenshot(animations="disabled"))).save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
