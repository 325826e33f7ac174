"""The sheet on which photos become the pages of one document."""

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.support.page_words import ENGLISH, Words


class PhotoSheet:
    """What a person sees and does there."""

    def __init__(self, page: Page, words: Words = ENGLISH) -> None:
        self.page = page
        self.words = words
        self.whole = page.get_by_role("dialog", name=words("ui.photos"))

    @property
    def pages(self) -> Locator:
        """The photos, in order."""
        return self.whole.get_by_role("img")

    def begin(self, photo: FilePayload) -> None:
        """Takes the first photo, with the camera of the start page."""
        self._take(self.page.get_by_role("button", name=self.words("ui.start.camera")), photo)
        expect(self.whole).to_be_visible()

    def take(self, photo: FilePayload) -> None:
        """Takes one more."""
        self._take(self.whole.get_by_role("button", name=self.words("ui.photos.add")), photo)

    def _take(self, camera: Locator, photo: FilePayload) -> None:
        with self.page.expect_file_chooser() as chooser:
            camera.click()
        chooser.value.set_files([photo])

    def do(self, what: str, page: int) -> None:
        """ "earlier", "later" or "remove" with a page."""
        self.whole.get_by_role("button", name=self.words(f"ui.photos.{what}", page=page), exact=True).click()

    def upload(self, name: str, pages: int) -> None:
        """Names the document and sends it."""
        self.whole.get_by_label(self.words("ui.photos.name")).fill(name)
        self.whole.get_by_role("button", name=self.words("ui.photos.upload", count=pages)).click()
        expect(self.whole).to_have_count(0)
