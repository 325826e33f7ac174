"""The bodies of the HTTP interface to a book's sentences."""

from typing import Annotated

from pydantic import Field

from service.gateway.models import Body, Told

LONGEST_SENTENCE = 2_000


class SentenceChange(Body):
    """`text` is what is to stand there, null the original again; `was` what stood there as it was seen."""

    text: str | None
    was: Annotated[str, Field(max_length=100_000)]


class SentenceAnswer(Told):
    """A row: `id` is its place in the book, which a retry does not change. `chunk` is the one that it comes from,
    `page` that of the document on which it begins, `opens` whether a paragraph begins with it, and `source` the
    sentence that it was made of. `number`, and `sentence`, that of the source, are null before all chunks are
    merged. One that somebody has changed tells its `original` text, by whom and when."""

    id: str
    number: int | None
    chunk: int
    text: str
    words: int
    page: int
    sentence: int | None
    opens: bool
    spoken: bool
    source: str
    original: str | None = None
    edited_by: str | None = None
    edited_at: float | None = None


class SentencesAnswer(Told):
    """Rows in the book's order from the one at `offset` on, of `total` that there are, or that were found. Before they
    are `whole` these are the rows of the chunks that are done; `chunks` says how many each of them gives, by number."""

    items: list[SentenceAnswer]
    offset: int
    total: int
    whole: bool
    chunks: dict[str, int]
