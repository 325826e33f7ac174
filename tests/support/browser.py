"""Chromium as people use it, with an eye on what must never happen in any page."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    StorageState,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.support import programs
from tests.support.frame_check import frame_faults
from tests.support.waiting import PATIENCE

ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}

Scheme = Literal["light", "dark"]

_NOTES = """() => {
  window.said = [];
  window.noted = [];
  window.linked = [];
  addEventListener("DOMContentLoaded", () => new MutationObserver((changes) => {
    for (const {target, addedNodes} of changes) {
      const place = target instanceof Element ? target : target.parentElement;
      if (place?.closest("[aria-live]")) window.said.push(place.closest("[aria-live]").textContent);
      if (place?.closest("header [role=status]")) window.linked.push(place.textContent);
      for (const node of addedNodes) {
        if (node instanceof Element && node.matches(".toast")) window.noted.push(node.textContent);
      }
    }
  }).observe(document.body, {subtree: true, childList: true, characterData: true}));
}"""


@contextmanager
def chromium() -> Generator[Browser]:
    """A browser. It holds an event loop in this thread, so no other may run here meanwhile."""
    path = programs.chromium()
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Person:
    """Somebody with a browser of their own: its cookies, its tabs, and all that went wrong in them."""

    context: BrowserContext
    wrong: list[str] = field(default_factory=list[str])

    def tab(self, address: str) -> Page:
        """A new tab at this address. What it says aloud and notes in its corner is written down (see `said`)."""
        page = self.context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on(
            "console", lambda told: self.wrong.append(told.text) if "Content Security" in told.text else None
        )
        page.on("websocket", lambda link: link.on("framereceived", self._check))
        page.add_init_script(f"({_NOTES})()")
        page.goto(address)
        return page

    def _check(self, frame: str | bytes) -> None:
        """Whatever comes down the socket is described for those who write clients of their own."""
        self.wrong += frame_faults(json.loads(frame))


@contextmanager
def person(
    browser: Browser,
    *,
    size: ViewportSize = DESKTOP,
    scheme: Scheme = "light",
    touch: bool = False,
    dots: float = 1,
    locale: str = "en-US",
    state: StorageState | None = None,
) -> Generator[Person]:
    """A person whose pages raise nothing, break no policy and are sent no frame that is not described, which is
    checked when they leave.

    `dots` are those of the screen a point; `locale` is the language that the browser prefers; `state` holds the
    cookies that they come with.
    """
    context = browser.new_context(
        viewport=size,
        color_scheme=scheme,
        has_touch=touch,
        is_mobile=touch,
        device_scale_factor=dots,
        locale=locale,
        storage_state=state,
    )
    context.set_default_timeout(PATIENCE * 1000)
    someone = Person(context)
    try:
        yield someone
    finally:
        context.close()
    assert someone.wrong == []


def said(page: Page) -> str:
    """All that the live region has said so far."""
    return "\n".join(page.evaluate("window.said"))


def noted(page: Page) -> str:
    """All notes that stood in the corner so far."""
    return "\n".join(page.evaluate("window.noted"))


def linked(page: Page) -> str:
    """All that the page has said of its link so far."""
    return "\n".join(page.evaluate("window.linked"))


def answer(page: Page, path: str) -> Any:
    """What the service answers by HTTP to the one who looks at the page."""
    response = page.request.get(page.evaluate("location.origin") + path)
    assert response.ok, response.text()
    return response.json()


def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
