"""The bodies of the HTTP interface to a book's sentences."""

from service.gateway.models import Told


class SentenceAnswer(Told):
    """A row: `id` is its place in the book, which a retry does not change. `chunk` is the one that it comes from,
    `page` that of the document on which it begins, `opens` whether a paragraph begins with it, and `source` the
    sentence that it was made of. `number`, and `sentence`, that of the source, are null before all chunks are
    merged."""

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


class SentencesAnswer(Told):
    """Rows in the book's order from the one at `offset` on, of `total` that there are, or that were found. Before they
    are `whole` these are the rows of the chunks that are done; `chunks` says how many each of them gives, by number."""

    items: list[SentenceAnswer]
    offset: int
    total: int
    whole: bool
    chunks: dict[str, int]
