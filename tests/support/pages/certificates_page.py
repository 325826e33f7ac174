"""The list of certificates: what a person sees and does there."""

from typing import Self

from playwright.sync_api import Download, FilePayload, Locator, Page

from tests.support.page_words import ENGLISH, Words
from tests.support.pages.front_page import FrontPage


class CertificatesPage:
    """`/certificates`."""

    def __init__(self, page: Page, words: Words = ENGLISH) -> None:
        self.page = page
        self.words = words

    def live(self) -> Self:
        """Waits until the page says that what it shows is true now."""
        FrontPage(self.page, self.words).live()
        return self

    @property
    def table(self) -> Locator:
        """All that is listed."""
        return self.page.get_by_role("table", name=self.words("ui.certificates.title"))

    @property
    def links(self) -> Locator:
        """The certificates by name, in their order."""
        return self.table.get_by_role("link")

    def row(self, number: str) -> Locator:
        """The certificate of this number."""
        there = self.page.get_by_role("cell", name=number, exact=True)
        return self.table.get_by_role("row").filter(has=there)

    def chip(self, expiry: str) -> Locator:
        """A choice by when certificates end, with how many do."""
        filters = self.page.get_by_role("search")
        return filters.locator("label.chip").filter(has=self.page.locator(f'input[value="{expiry}"]'))

    @property
    def search(self) -> Locator:
        """Where words are typed."""
        return self.page.get_by_role("searchbox")

    def choice(self, name: str) -> Locator:
        """A filter by its name, or the order."""
        return self.page.get_by_role("combobox", name=name, exact=True)

    def bring(self, file: FilePayload) -> Locator:
        """Imports the file; what became of its rows, once that is told."""
        self.page.get_by_role("button", name=self.words("ui.import.open")).click()
        with self.page.expect_file_chooser() as chooser:
            self.page.get_by_role("button", name=self.words("ui.import.choose")).click()
        chooser.value.set_files([file])
        imports = self.page.get_by_role("list", name=self.words("ui.import.list"))
        told = imports.get_by_role("listitem").filter(has_text=file["name"])
        told.locator(".import-result").wait_for()
        return told

    def export(self, form: str, *, separator: str | None = None, bom: bool = True) -> Download:
        """Downloads what is filtered in this form."""
        self.page.get_by_role("button", name=self.words("ui.export.open")).click()
        dialog = self.page.get_by_role("dialog", name=self.words("ui.export.title"))
        dialog.get_by_role("radio", name=self.words(f"ui.export.form.{form}")).check(force=True)
        if form == "csv":
            if separator is not None:
                dialog.get_by_role("combobox").select_option(separator)
            dialog.get_by_role("checkbox").set_checked(bom)
        with self.page.expect_download() as download:
            dialog.get_by_role("link", name=self.words("ui.export.do")).click()
        dialog.wait_for(state="hidden")
        return download.value
