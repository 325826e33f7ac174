"""Everybody's jobs, and the workers."""

import re

from playwright.sync_api import Locator, Page, expect


class AdminPage:
    """What an admin sees and does there."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self) -> None:
        """By the link in the header."""
        self.page.get_by_role("navigation", name="Main").get_by_role("link", name="Admin").click()
        expect(self.page.get_by_role("table")).to_be_visible()

    def filter_state(self, state: str) -> None:
        """Adds or takes away a state in the filter."""
        self.page.get_by_role("group", name="State").get_by_text(re.compile(rf"^\s*{state}")).click()

    def search(self, words: str) -> None:
        """Looks for names."""
        self.page.get_by_label("Search by name").fill(words)
        self.page.keyboard.press("Enter")

    def row(self, name: str) -> Locator:
        """The row of a document."""
        return self.page.get_by_role("row").filter(
            has=self.page.get_by_role("checkbox", name=f"Choose {name}")
        )

    def pick(self, *names: str) -> None:
        """Ticks these rows."""
        for name in names:
            self.page.get_by_role("checkbox", name=f"Choose {name}", exact=True).check()

    def with_picked(self, action: str) -> None:
        """Does it with all that are ticked."""
        self.page.get_by_role("group", name="What to do with the chosen jobs").get_by_role(
            "button", name=action, exact=True
        ).click()

    @property
    def workers(self) -> Locator:
        """One item a worker, with what it runs."""
        return self.page.get_by_role("list", name="Workers").get_by_role("listitem")
