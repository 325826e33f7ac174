"""A book's page in Chromium: seconds from the press of Start to the first rows, measured inside of the page."""

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.benchmarks.served import Served
from tests.support.browser import chromium, person
from tests.support.pages.book_page import BookPage
from tests.support.pages.front_page import FrontPage
from tests.support.programs import find_chromium

_ROWS = "[role=grid] [role=row][data-id]:not([data-id=''])"
_TIMES = """() => {
  let pressed = 0;
  addEventListener("pointerdown", (event) => (pressed = event.timeStamp), {capture: true});
  window.firstRows = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      const rows = document.querySelectorAll("ROWS").length;
      if (!rows) return;
      observer.disconnect();
      const drawn = performance.now();
      requestAnimationFrame(() => {
        const {port1, port2} = new MessageChannel();
        port1.onmessage = () => resolve({pressed, drawn, painted: performance.now(), rows});
        port2.postMessage(null);
      });
    });
    addEventListener("DOMContentLoaded", () =>
      observer.observe(document.body, {subtree: true, childList: true, attributeFilter: ["data-id"]}));
  });
}""".replace("ROWS", _ROWS)
"""The message behind a frame's last callback comes when that frame has been made."""


@dataclass(frozen=True)
class FirstRows:
    """Seconds from the press to rows in the document, and to the frame that shows them; how many rows there were."""

    drawn: float
    painted: float
    rows: int


class OpenBrowser:
    """Chromium in a thread of its own, with one tab that is signed in."""

    def __init__(self, pool: ThreadPoolExecutor, tab: Page, url: str) -> None:
        self._pool = pool
        self._tab = tab
        self._url = url

    async def start(self, job_id: str) -> FirstRows:
        """Opens the page of a staged book, waits for its plan, presses Start and waits for rows."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._start, job_id)

    def _start(self, job_id: str) -> FirstRows:
        self._tab.goto(f"{self._url}/jobs/{job_id}")
        FrontPage(self._tab).live()
        book = BookPage(self._tab)
        book.shows(book.words("ui.plan.help"))
        book.act("start")
        self._tab.locator(_ROWS).first.wait_for()
        seen = self._tab.evaluate("window.firstRows")
        pressed, drawn, painted = (float(seen[name]) / 1000 for name in ("pressed", "drawn", "painted"))
        assert 0 < pressed < drawn < painted, seen
        return FirstRows(drawn - pressed, painted - pressed, int(seen["rows"]))


@asynccontextmanager
async def open_browser(up: Served) -> AsyncGenerator[OpenBrowser, None]:
    """Closed with the block, which fails when anything went wrong in a page."""
    if find_chromium() is None:
        raise RuntimeError("Chromium is missing: apt-get update && apt-get install -y chromium")
    loop, there = asyncio.get_running_loop(), ExitStack()
    async with up.http() as http:
        link = str((await http.post("/api/session/links")).raise_for_status().json()["url"])

    def signed_in() -> Page:
        someone = there.enter_context(person(there.enter_context(chromium())))
        someone.context.add_init_script(f"({_TIMES})()")
        return FrontPage(someone.tab(link)).live().page

    with ThreadPoolExecutor(1) as pool:
        try:
            tab = await loop.run_in_executor(pool, signed_in)
            yield OpenBrowser(pool, tab, up.up.url)
        finally:
            await loop.run_in_executor(pool, there.close)
