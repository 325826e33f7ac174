"""The start page: where documents come in and are watched."""

import base64
import re
from collections.abc import Sequence
from typing import Self

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.support.page_words import ENGLISH, Words
from tests.support.pages.card import Card

_DROP = """async (files) => {
  const transfer = new DataTransfer();
  for (const {name, type, base64} of files) {
    const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
    transfer.items.add(new File([bytes], name, {type}));
  }
  const target = document.querySelector("main");
  for (const type of ["dragenter", "dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: transfer}));
  }
}"""


class FrontPage:
    """What a person sees and does there."""

    def __init__(self, page: Page, words: Words = ENGLISH) -> None:
        self.page = page
        self.words = words

    def live(self) -> Self:
        """Waits until the page says that what it shows is true now."""
        expect(self.connection).to_have_text(re.compile(rf"^\s*{self.words('ui.link.live')}\s*$"))
        return self

    @property
    def connection(self) -> Locator:
        """What the page says about its link."""
        return self.page.get_by_role("banner").get_by_role("status")

    @property
    def cards(self) -> Locator:
        """All documents."""
        return self.page.get_by_role("main").get_by_role("listitem")

    @property
    def notes(self) -> Locator:
        """The corner."""
        return self.page.get_by_role("region", name=self.words("ui.toasts"))

    def card(self, name: str) -> Card:
        """The document of this name."""
        return Card(self.page, name, self.words)

    def batch(self, name: str) -> Locator:
        """The group of all that was uploaded together with this document."""
        groups = self.page.get_by_role("group", name=self.words("ui.batch"), exact=True)
        return groups.filter(has=self.card(name).bar)

    def batch_line(self, name: str) -> Locator:
        """What is said about all of them: "18 of 30 done · 1 failed"."""
        return self.batch(name).get_by_role("heading")

    def drop(self, files: Sequence[FilePayload]) -> None:
        """Lets go of files over the window."""
        self.page.evaluate(
            _DROP,
            [
                {
                    "name": each["name"],
                    "type": each["mimeType"],
                    "base64": base64.b64encode(each["buffer"]).decode(),
                }
                for each in files
            ],
        )

    def choose(self, files: Sequence[FilePayload]) -> None:
        """Chooses files in the browser's dialog."""
        with self.page.expect_file_chooser() as chooser:
            self.page.get_by_role("button", name=self.words("ui.start.choose")).click()
        chooser.value.set_files(files)

    def upload_for_later(self, files: Sequence[FilePayload]) -> None:
        """Uploads without starting."""
        self.page.get_by_text("Options", exact=True).click()
        self.page.get_by_role("checkbox", name="Upload now, start later").check()
        self.choose(files)
        self.page.get_by_role("checkbox", name="Upload now, start later").uncheck()
        self.page.get_by_text("Options", exact=True).click()

    def give_priority(self, priority: str) -> None:
        """Chooses how urgent what is uploaded from now on shall be."""
        self.page.get_by_text("Options", exact=True).click()
        self.page.get_by_role("combobox", name="Priority").select_option(priority)
        self.page.get_by_text("Options", exact=True).click()

    @property
    def list_line(self) -> Locator:
        """What is said about all that is not finished, whichever batch it is in."""
        return self.page.get_by_role("group", name="All documents").get_by_role("paragraph")

    def speak(self, language: str) -> None:
        """Chooses another language in the header."""
        self.page.get_by_role("banner").get_by_role("combobox").select_option(language)

    def confirm(self, answer: str) -> None:
        """Answers the dialog that is open."""
        self.page.get_by_role("dialog").get_by_role("button", name=answer).click()
