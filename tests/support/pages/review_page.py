"""A certificate beside its page, where it is corrected."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.support.page_words import ENGLISH, Words


class ReviewPage:
    """What a person sees and does there."""

    def __init__(self, page: Page, words: Words = ENGLISH) -> None:
        self.page = page
        self.words = words

    def field(self, column: str) -> Locator:
        """The field, as something to press."""
        label = self.words(f"ui.column.{column}")
        return self.fields.get_by_role("button", name=re.compile(rf"^{re.escape(label)} "))

    @property
    def fields(self) -> Locator:
        """All of them."""
        return self.page.get_by_role("group", name=self.words("ui.review.fields"))

    def says(self, column: str, value: str) -> None:
        """Waits until the field says so."""
        expect(self.field(column)).to_contain_text(value)

    def looks_at(self, column: str) -> None:
        """Waits until the field has the focus."""
        expect(self.field(column)).to_be_focused()

    def go_to(self, column: str) -> None:
        """To a field by arrows alone, from wherever among them one is."""
        self.page.keyboard.press("Home")
        for _ in range(20):
            if self.field(column).evaluate("(each) => each === document.activeElement"):
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no arrow led to {column}")

    def correct(self, value: str) -> None:
        """Opens the field that has the focus, writes another value, saves."""
        self.begin(value)
        self.page.keyboard.press("Enter")

    def begin(self, value: str) -> None:
        """Opens the field that has the focus and writes another value."""
        self.page.keyboard.press("Enter")
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(value)

    def editor(self, column: str) -> Locator:
        """Where the value of the field is typed."""
        return self.fields.get_by_role("textbox", name=self.words(f"ui.column.{column}"), exact=True)

    @property
    def history(self) -> Locator:
        """The corrections, the newest first."""
        return self.page.get_by_role("list", name=self.words("ui.review.history")).get_by_role("listitem")

    @property
    def box(self) -> Locator:
        """Around the value, over the page."""
        return self.page.locator(".review-paper .box")

    def share_of_page(self) -> tuple[float, float, float, float]:
        """Where the box stands over the picture, once it does: left, top, right and bottom as shares of it."""
        expect(self.box).to_be_visible()
        self.page.wait_for_function(
            "() => document.querySelector('.review-paper .box').getAnimations().length === 0"
        )
        found: list[float] = self.page.evaluate(
            """() => {
              const box = document.querySelector(".review-paper .box").getBoundingClientRect();
              const page = document.querySelector(".review-paper img").getBoundingClientRect();
              return [(box.left - page.left) / page.width, (box.top - page.top) / page.height,
                      (box.right - page.left) / page.width, (box.bottom - page.top) / page.height];
            }"""
        )
        left, top, right, bottom = found
        return left, top, right, bottom

    def box_is_in_sight(self) -> None:
        """The box lies within what is seen of the page."""
        assert self.page.evaluate(
            """() => {
              const box = document.querySelector(".review-paper .box").getBoundingClientRect();
              const seen = document.querySelector(".review-paper [data-part=scroll]").getBoundingClientRect();
              return box.top >= seen.top && box.bottom <= Math.min(seen.bottom, innerHeight);
            }"""
        )
