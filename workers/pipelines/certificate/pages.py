"""The pages that were read, as engines take them."""

from collections.abc import Mapping, Sequence

from service.domain.json import JsonObject
from service.domain.work import PastWork
from service.protocol.page_record import page_records
from workers.engines.failures import DocumentRefused
from workers.engines.language.port import Corrected
from workers.engines.page import Page
from workers.pipelines.declaration import StepContext
from workers.pipelines.page_models import page_of


async def pages_read(context: StepContext) -> list[Page]:
    """In order; a page that was read again counts once. Raises DocumentRefused where not one could be read."""
    pages: dict[int, Page] = {}
    for past in context.before:
        if past.output_blob is not None:
            for record in page_records(await context.blobs.read(past.output_blob)):
                pages[record.number] = page_of(record.page())
    if not pages:
        raise DocumentRefused("all_pages_failed", {"pages": context.page_count or 0})
    return [pages[number] for number in sorted(pages)]


def corrections(corrected: Corrected) -> JsonObject:
    """As Correcting hands them on."""
    return {
        "lines": {
            str(page): {str(index): text for index, text in changes.items()}
            for page, changes in corrected.changes.items()
        }
    }


def with_corrections(pages: Sequence[Page], before: Sequence[PastWork]) -> list[Page]:
    """The pages as Correcting left them."""
    lines: Mapping[str, Mapping[str, str]] = next(
        (past.output["lines"] for past in before if "lines" in past.output), {}
    )
    corrected = Corrected(
        {int(page): {int(index): text for index, text in changes.items()} for page, changes in lines.items()}
    )
    return [corrected.applied_to(page) for page in pages]
