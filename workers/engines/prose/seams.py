"""Chunks become one text again: what two of them give is taken once, and nothing is left out between them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

from service.domain.json import JsonObject
from workers.engines.prose.chunks import Chunk
from workers.engines.prose.paragraph import Paragraph, Place, Run
from workers.engines.prose.pieces import in_pieces
from workers.engines.prose.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence of a book and the short ones that it became.

    `runs` say where its words stand, for those that another chunk may give in part; `chunk` is the one that gave it.
    `is_note`: it is of a note at the foot of a page.
    """

    text: str
    start: Place
    end: Place
    opens: bool
    is_spoken: bool
    pieces: tuple[str, ...]
    runs: tuple[Run, ...] = ()
    chunk: int = 0
    is_note: bool = False

    @classmethod
    def of(cls, sentence: Sentence, pieces: Sequence[str], *, is_near_seam: bool) -> Self:
        """A sentence with what it became."""
        runs = tuple(sentence.written.runs) if is_near_seam else ()
        return cls(
            sentence.text,
            sentence.start,
            sentence.end,
            sentence.opens,
            sentence.is_spoken,
            tuple(pieces),
            runs,
            is_note=sentence.is_note,
        )

    def json(self) -> JsonObject:
        """As a chunk's result keeps it."""
        row: JsonObject = {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "opens": self.opens,
            "spoken": self.is_spoken,
            "pieces": self.pieces,
        }
        if self.is_note:
            row["note"] = True
        if self.runs:
            row["runs"] = [[run.offset, *run.place] for run in self.runs]
        return row

    @classmethod
    def from_json(cls, value: JsonObject, chunk: int) -> Self:
        """What `json()` wrote of a row of this chunk."""
        return cls(
            value["text"],
            (value["start"][0], value["start"][1]),
            (value["end"][0], value["end"][1]),
            value["opens"],
            value["spoken"],
            tuple(value["pieces"]),
            tuple(Run(offset, (page, start)) for offset, page, start in value.get("runs", ())),
            chunk,
            value.get("note", False),
        )

    def behind(self, place: Place, most: int) -> "Row | None":
        """What of it does not stand before a place, in pieces of at most so many words; None where nothing does."""
        written = Paragraph(self.text, self.runs)
        start = written.offset_of(place)
        rest = written.part(start, len(self.text))
        if not rest.text:
            return None
        pieces = in_pieces(rest.text, most)
        return replace(
            self, text=rest.text, start=rest.place_of(0), opens=False, pieces=pieces, runs=tuple(rest.runs)
        )


def own_sentences(sentences: Iterable[Sentence], chunk: Chunk) -> Iterator[Sentence]:
    """Those that a chunk speaks for: what begins with the next one, and what ends before it, is another's."""
    for sentence in sentences:
        if chunk.until is not None and sentence.start[0] >= chunk.until:
            return
        if sentence.end[0] >= chunk.pages[0]:
            yield sentence


class Seams:
    """Takes the rows of one chunk after the other; each place of the book comes out once.

    A sentence may go on behind the notes of the page it began on: what was given is known of text and notes apart.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._ends: dict[bool, Place] = {False: (0, 0), True: (0, 0)}
        self._was_note = False

    def take(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Those that were not given yet, the first of them without what was."""
        new = [rest for row in rows if (rest := self._rest(row)) is not None]
        # What is left of a sentence begins later than it did.
        for row in sorted(new, key=lambda row: row.start):
            yield replace(row, opens=True) if row.is_note != self._was_note else row
            self._was_note = row.is_note

    def _rest(self, row: Row) -> Row | None:
        end, rest = self._ends[row.is_note], row
        if row.start < end:
            rest = row.behind(end, self._most) if row.end > end else None
        if rest is not None:
            self._ends[row.is_note] = rest.end
        return rest
