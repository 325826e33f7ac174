"""Pages as the records that a reading step stores: what the child has written, its worker only copies."""

from collections.abc import Iterator, Sequence

from service.domain.json import JsonObject
from service.protocol.page_record import page_record
from workers.engines.pdf.reading import read_text


def read_records(
    path: str,
    pages: Sequence[int],
    kind: str = "pdf",
    password: str | None = None,
    engine: str = "pymupdf",
) -> Iterator[JsonObject]:
    """`read_text`, a page as {"number", "usable", "blob": its record}; one that can't be read as it says there."""
    for page in read_text(path, pages, kind, password, engine):
        if "failed" in page:
            yield page
            continue
        usable, markdown = page.pop("usable"), page.pop("markdown")
        del page["blank"]
        number = page["number"]
        yield {"number": number, "usable": usable, "blob": page_record(number, page, page["text"], markdown)}
