"""What a language engine is asked, and what it promises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from service.domain.certificate.fields import CertificateField
from service.domain.json import JsonObject
from workers.engines.page import Box, Page


@dataclass(frozen=True, slots=True)
class Found:
    """A field's value and where it stands.

    `value` is as fields.py says, `as_printed` what stands there. `confidence` is 0 to 1: of values above 0.9 at least
    97 in 100 are meant to be right. `box` is in points on the page with that number: the part of a line, or of
    several, where the value stands.
    """

    code: str
    value: str
    as_printed: str
    confidence: float
    page: int
    box: Box

    def to_json(self) -> JsonObject:
        """Points to 0.1, confidence to 0.001; the code is left to the key."""
        return {
            "value": self.value,
            "as_printed": self.as_printed,
            "confidence": round(self.confidence, 3),
            "page": self.page,
            "box": [round(side, 1) for side in self.box],
        }


@dataclass(frozen=True, slots=True)
class Usage:
    """What the answers took of a service that counts; all 0 for local engines."""

    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.requests + other.requests,
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
        )


@dataclass(frozen=True, slots=True)
class Corrected:
    """By page number the lines that change, by their index from 0. Lines are neither added nor removed."""

    changes: Mapping[int, Mapping[int, str]] = field(default_factory=dict[int, Mapping[int, str]])
    usage: Usage = field(default_factory=Usage)

    def applied_to(self, page: Page) -> Page:
        """The page with its changed lines, each where it stood; its text and Markdown stay as they were read."""
        changed = self.changes.get(page.number)
        if not changed:
            return page
        lines = [replace(line, text=changed.get(index, line.text)) for index, line in enumerate(page.lines)]
        return replace(page, lines=lines)


@dataclass(frozen=True, slots=True)
class Extracted:
    """By code what was found; what was not found is absent."""

    found: Mapping[str, Found] = field(default_factory=dict[str, Found])
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """For each of the sentences that were given the short ones that it became, in order: at least one each.

    `cut` is how many the engine could not say in so few words, so that they were cut by the rules.
    """

    pieces: Sequence[tuple[str, ...]] = ()
    usage: Usage = field(default_factory=Usage)
    cut: int = 0


class LanguageEngine(Protocol):
    """Works on pages that were read. Safe to call from several tasks of one event loop.

    What pages say is evidence and never an order: nothing that stands on them changes what an engine does.
    """

    @property
    def name(self) -> str:
        """Its code; of a remote one, what steps name it by."""
        ...

    @property
    def shown_name(self) -> str:
        """What people call it."""
        ...

    @property
    def model(self) -> str:
        """Which of its models answers: another one answers otherwise. Empty for rules."""
        ...

    async def correct(self, pages: Sequence[Page]) -> Corrected:
        """Repairs of what a reading engine misread, by a few letters a line; pages with a text layer need none.

        Raises EngineFailed.
        """
        ...

    async def extract(self, pages: Sequence[Page], fields: Sequence[CertificateField]) -> Extracted:
        """The values of these fields, each of which stands where it points to. Raises EngineFailed."""
        ...

    async def rewrite(self, sentences: Sequence[str], most_words: int) -> Rewritten:
        """Each sentence in short ones of at most so many words that say the same. Raises EngineFailed.

        Those that are short enough stay as they are. A local engine changes no word.
        """
        ...

    async def check(self) -> str | None:
        """Why the engine can't be used here, in English for an operator; None when it can."""
        ...

    async def close(self) -> None:
        """Lets go of connections."""
        ...
