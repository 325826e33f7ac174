"""The page of one document."""

from playwright.sync_api import Download, Locator, Page, expect


class JobPage:
    """What a person sees and does there."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def shows(self, name: str) -> None:
        """Waits until it shows this document."""
        expect(self.page.get_by_role("heading", level=1, name=name)).to_be_visible()

    @property
    def strip(self) -> Locator:
        """A cell a page."""
        return self.page.get_by_role("listbox", name="Pages")

    def cell(self, label: str) -> Locator:
        """The cell that says so, such as "Page 2, OCR, done"."""
        return self.strip.get_by_role("option", name=label, exact=True)

    @property
    def text(self) -> Locator:
        """The words of the page that is open."""
        return self.page.get_by_role("region", name="Text of the page")

    @property
    def picture(self) -> Locator:
        """How the page that is open looks."""
        return self.page.get_by_role("img", name="as it looks")

    def picture_is_there(self) -> None:
        """Waits until the picture has come from the service."""
        self.page.wait_for_function(
            """() => { const image = document.querySelector('img[alt*="as it looks"]');
                       return image?.complete && image.naturalWidth > 100; }"""
        )

    @property
    def log(self) -> Locator:
        """What happened, line by line."""
        return self.page.get_by_role("list", name="Log")

    def download(self, file: str) -> Download:
        """Takes a result away."""
        with self.page.expect_download() as coming:
            self.page.get_by_role("link", name=f"Download {file}", exact=True).click()
        return coming.value
