"""`python -m tests.support.screenshots [FOLDER]` takes the documentation's pictures of the page at work anew.

A real Headway runs the sample documents; each picture is taken at the moment when it shows what it is for.
"""

import asyncio
import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize

from tests.support.browser import DESKTOP, Person, chromium, person
from tests.support.fresh_files import payload
from tests.support.headway_process import RunningHeadway, started_up
from tests.support.pages.admin_page import AdminPage
from tests.support.pages.front_page import FrontPage
from tests.support.pages.job_page import JobPage
from tests.support.pdf_files import scanned_pdf, text_pdf, words
from tests.support.waiting import wait_for
from workers.samples.writing import write_samples

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
_TALL: ViewportSize = {"width": DESKTOP["width"], "height": 1180}
_PHONE_DOTS = 2


def main() -> None:
    """Takes them all."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="headway-screenshots-") as place:
        up = asyncio.run(started_up(Path(place)))
        try:
            with chromium() as browser:
                take_all(browser, up, Path(place), folder)
        finally:
            up.interrupt()
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
