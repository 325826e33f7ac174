"""A document as the PDF engine opens it: PDFs and images as they are, flowing kinds as a PDF derived from them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from service.adapters.blob_store import BlobStore
from service.domain.json import JsonObject
from workers.children.outcome import Limits
from workers.engines.failures import DocumentRefused
from workers.engines.reading_limits import ReadingLimits
from workers.engines.toolbox import Toolbox

PAGED_KINDS = frozenset({"pdf", "png", "jpeg", "tiff", "webp"})
_PASSWORD_QUESTIONS = ("password_required", "password_wrong")


def is_flowing(kind: str) -> bool:
    """Whether documents of this kind have no pages of their own."""
    return kind not in PAGED_KINDS


@dataclass(frozen=True)
class Opened:
    """A local file and the kind under which the PDF engine opens it."""

    path: Path
    kind: str
    password: str | None

    def arguments(self) -> JsonObject:
        """What every target of the PDF engine takes."""
        return {"path": str(self.path), "kind": self.kind, "password": self.password}


@dataclass(frozen=True)
class Source:
    """Where a document's bytes are, what they were when uploaded, and the password that opens them, if any."""

    document_id: str
    blob: str
    kind: str
    size: int
    sha256: str
    password: str | None = None

    @staticmethod
    def password_in(answers: JsonObject) -> str | None:
        """The password among a job's answers; the newest wins."""
        for code in reversed(_PASSWORD_QUESTIONS):
            if code in answers:
                return answers[code]["password"]
        return None

    @property
    def flows(self) -> bool:
        """Whether the document has no pages of its own."""
        return is_flowing(self.kind)

    @property
    def derived_pdf(self) -> str:
        """The blob of the pages that a flowing document was laid out on."""
        return f"derived/{self.document_id}/document.pdf"

    @property
    def derived_markdown(self) -> str:
        """The blob of a flowing document's Markdown."""
        return f"derived/{self.document_id}/document.md"

    @asynccontextmanager
    async def opened(self, blobs: BlobStore, tools: Toolbox) -> AsyncGenerator[Opened, None]:
        """A local file to be read only inside the `with`. A flowing document is laid out if it has not been yet.

        Raises BlobDamaged where the document is no longer what was uploaded, also when that is why the block failed.
        """
        if not self.flows:
            async with self._well(blobs) as path:
                yield Opened(path, self.kind, self.password)
            return
        if await blobs.size(self.derived_pdf) is None:
            await self._lay_out(blobs, tools)
        async with blobs.local_copy(self.derived_pdf) as path:
            yield Opened(path, "pdf", None)

    async def verify(self, blobs: BlobStore) -> None:
        """Raises BlobMissing where the document is gone or damaged. Cheap while nobody has touched it."""
        await blobs.verify(self.blob, self.size, self.sha256)

    @asynccontextmanager
    async def _well(self, blobs: BlobStore) -> AsyncGenerator[Path, None]:
        """The document's file. Whatever fails in the block is no fault of a document that was damaged meanwhile."""
        await self.verify(blobs)
        async with blobs.local_copy(self.blob) as path:
            try:
                yield path
            except Exception:
                await self.verify(blobs)
                raise

    async def _lay_out(self, blobs: BlobStore, tools: Toolbox) -> None:
        """Writes Markdown and pages piece by piece; the pages last, since they say that both are there.

        Each piece has the time of a page: what makes one file of a few megabytes take minutes is made to do so.
        """
        call = {"kind": self.kind, **asdict(tools.limits.flow), "pages": tools.limits.max_pages}
        async with (
            self._well(blobs) as path,
            blobs.writer(self.derived_markdown) as markdown,
            blobs.writer(self.derived_pdf) as pages,
            tools.sandbox.call(
                "workers.engines.flow.child:convert", {"path": str(path), **call}, page_limits(tools.limits)
            ) as items,
        ):
            async for item in items:
                if "blob" in item:
                    await pages.write(item["blob"])
                else:
                    await markdown.write(item["markdown"].encode())
            await markdown.commit()
            await pages.commit()

    async def image(self, opened: Opened, page: int, width: int, tools: Toolbox) -> bytes:
        """A page as PNG, so many pixels wide; raises DocumentRefused and ChildFailed."""
        call = {
            "pages": [page],
            "width_px": width,
            "pixel_format": "png",
            "megapixels": tools.limits.page_megapixels,
            **opened.arguments(),
        }
        async with tools.sandbox.call(
            "workers.engines.pdf.child:render", call, page_limits(tools.limits)
        ) as items:
            drawn = await items.only()
        if "failed" in drawn:
            raise DocumentRefused(drawn["failed"]["code"], drawn["failed"]["params"])
        return drawn["blob"]


def page_limits(limits: ReadingLimits) -> Limits:
    """Of a child whose items are pages."""
    return Limits(
        memory_bytes=limits.memory_bytes,
        cpu_seconds=limits.cpu_seconds,
        item_seconds=limits.page_seconds,
        total_seconds=limits.step_seconds,
    )


def step_limits(limits: ReadingLimits) -> Limits:
    """Of a child whose items have no page: each may take as long as the step."""
    return replace(page_limits(limits), item_seconds=limits.step_seconds)
