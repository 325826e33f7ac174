"""The page of a book that becomes sentences."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.support.page_words import ENGLISH, Words


class BookPage:
    """What a person sees and does there."""

    def __init__(self, page: Page, words: Words = ENGLISH) -> None:
        self.page = page
        self.words = words

    @property
    def main(self) -> Locator:
        """All but header and corner."""
        return self.page.get_by_role("main")

    @property
    def chunks(self) -> Locator:
        """The cells of all chunks."""
        return self.page.get_by_role("listbox", name=self.words("ui.chunks")).get_by_role("option")

    def chunk(self, number: int, state: str) -> Locator:
        """The cell of a chunk in this state, after whatever tries."""
        told = self.words("ui.chunks.cell", chunk=number, state=self.words(f"ui.chunks.state.{state}"))
        return self.page.get_by_role("option", name=re.compile(rf"^{re.escape(told)}(,|$)"))

    @property
    def table(self) -> Locator:
        """The sentences."""
        return self.page.get_by_role("grid", name=self.words("ui.sentences"))

    @property
    def rows(self) -> Locator:
        """Those that are drawn, without the head."""
        return self.table.locator("[role=row][data-id]")

    def row(self, text: str) -> Locator:
        """The rows with this text."""
        return self.rows.filter(has_text=text)

    @property
    def count(self) -> int:
        """How many rows there are, drawn or not."""
        return int(self.table.get_attribute("aria-rowcount") or "1") - 1

    def shows(self, what: str | re.Pattern[str]) -> None:
        """Waits until the page says so."""
        expect(self.main).to_contain_text(what)

    def tab(self, name: str) -> None:
        """Sentences or pages."""
        self.page.get_by_role("tab", name=self.words(f"ui.book.{name}")).click()

    def search(self, text: str) -> None:
        """Looks for sentences."""
        self.page.get_by_role("searchbox", name=self.words("ui.sentences.search")).fill(text)

    def act(self, action: str) -> None:
        """A button of the head."""
        self.main.get_by_role("button", name=self.words(f"ui.action.{action}"), exact=True).click()
