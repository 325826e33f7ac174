"""A document on the start page."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.support.page_words import ENGLISH, Words


class Card:
    """Found by the document's name, which no other on the page may have."""

    def __init__(self, page: Page, name: str, words: Words = ENGLISH) -> None:
        self.page = page
        self.name = name
        self.words = words
        self.bar = page.get_by_role("progressbar", name=words("ui.card.bar", name=name), exact=True)
        self.whole = page.get_by_role("listitem").filter(has=self.bar)

    def says(self, words: str | re.Pattern[str]) -> None:
        """Waits until the card says so."""
        expect(self.whole).to_contain_text(words)

    def ended(self, words: str) -> None:
        """Waits until the card says that it ended so; a bar that is done is full."""
        self.says(re.compile(rf"(^|\s){words}(?!\w)"))
        if words.startswith(self.words("ui.state.completed")):
            expect(self.bar).to_have_attribute("aria-valuenow", "100")

    def works(self) -> None:
        """Waits until work on it has begun: a phase is named."""
        self.says(re.compile(r"Phase \d of \d"))

    @property
    def percent(self) -> float:
        """How full its bar is."""
        return float(self.bar.get_attribute("aria-valuenow") or "nan")

    @property
    def job_id(self) -> str:
        """The id in its link."""
        return (self.link.get_attribute("href") or "").rpartition("/")[2]

    @property
    def link(self) -> Locator:
        """Its name, which leads to its page."""
        return self.whole.get_by_role("link").first

    def button(self, action: str) -> Locator:
        """What can be done with it: "Cancel", "Retry", "Start" ..."""
        return self.whole.get_by_role(
            "button", name=self.words("ui.action.of", action=action, name=self.name), exact=True
        )
