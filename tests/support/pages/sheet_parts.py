"""What is said of a book's Google Sheet: in the dialog that makes it, and on the book's page."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.support.page_words import ENGLISH, Words


class SheetParts:
    """What a person sees and does there."""

    def __init__(self, page: Page, words: Words = ENGLISH) -> None:
        self.page = page
        self.words = words

    @property
    def panel(self) -> Locator:
        """On the book's page."""
        return self.page.get_by_role("main").locator("hw-sheet")

    @property
    def dialog(self) -> Locator:
        """For what is to be had of the sentences."""
        title = self.words("ui.sentences.export.title")
        return self.page.get_by_role("dialog", name=title, include_hidden=True)

    def open(self) -> Locator:
        """The dialog, with the sheet chosen."""
        self.page.get_by_role("main").get_by_role("button", name=self.words("ui.sentences.export")).click()
        self.dialog.get_by_text(self.words("ui.export.form.sheet"), exact=True).click()
        return self.dialog

    def close(self) -> None:
        """The dialog."""
        self.dialog.get_by_role("button", name=self.words("ui.dialog.close")).click()
        expect(self.dialog).to_have_count(0)

    def press(self, key: str) -> None:
        """A button of the dialog, by the key of its words."""
        self.dialog.get_by_role("button", name=self.words(key), exact=True).click()

    def says(self, what: str | re.Pattern[str]) -> None:
        """Waits until the dialog and the page say so, both."""
        expect(self.dialog).to_contain_text(what)
        expect(self.panel).to_contain_text(what)

    def leads_to(self, address: str) -> None:
        """Waits until the page has a link there."""
        link = self.panel.get_by_role("link", name=self.words("ui.sheet.open"))
        expect(link).to_have_attribute("href", address)
