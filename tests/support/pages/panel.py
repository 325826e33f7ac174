"""What is at work, in the corner of the other pages."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.support.page_words import ENGLISH, Words
from tests.support.pages.card import Card


class Panel:
    """What a person sees and does there."""

    def __init__(self, page: Page, words: Words = ENGLISH) -> None:
        self.page = page
        self.words = words
        self.whole = page.get_by_role("region", name=words("ui.panel"), exact=True)

    @property
    def counts(self) -> Locator:
        """The line of counts, which opens and shrinks it."""
        return self.whole.get_by_role("button", name=re.compile(r"\d"))

    def turn(self, *, opened: bool) -> None:
        """Opens it, or shrinks it."""
        self.counts.click()
        self.is_open(opened)

    def is_open(self, opened: bool) -> None:
        """Waits until it is, or is not."""
        expect(self.counts).to_have_attribute("aria-expanded", str(opened).lower())

    def card(self, name: str) -> Card:
        """A document in it."""
        return Card(self.page, name, self.words)

    @property
    def cards(self) -> Locator:
        """All documents in it."""
        return self.whole.get_by_role("listitem")
