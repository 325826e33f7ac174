"""What a person may choose before a book is read."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from workers.pipelines.declaration import A_TIME_LIMIT
from workers.pipelines.text import ByOcr, Languages, PagesToRead

_FEWEST_WORDS, _MOST_OF_THE_LEAST = 3, 10


def _least_within_most() -> list[JsonValue]:
    """In the schema, so that who fills in a form hears of it at once: `max_words` is no less than `min_words`."""
    return [
        {
            "if": {"properties": {"min_words": {"minimum": words}}, "required": ["min_words"]},
            "then": {"properties": {"max_words": {"minimum": words}}},
        }
        for words in range(_FEWEST_WORDS + 1, _MOST_OF_THE_LEAST + 1)
    ]


class SentencesOptions(BaseModel):
    """All may be left as they are."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"allOf": _least_within_most()})

    max_words: Annotated[int, Field(description="the most words of a sentence", ge=_FEWEST_WORDS, le=50)] = 8
    min_words: Annotated[
        int,
        Field(
            description="a sentence with fewer words joins its neighbour where there is room",
            ge=1,
            le=_MOST_OF_THE_LEAST,
        ),
    ] = 2
    ignore_dialogue: Annotated[bool, Field(description="leaves out what people say")] = False
    preserve_formatting: Annotated[
        bool,
        Field(description="keeps dashes, quotation marks, lines of verse and the space between paragraphs"),
    ] = False
    fix_hyphenation: Annotated[
        bool, Field(description="puts words together that were divided at the end of a line")
    ] = True
    engine: Annotated[
        Literal["auto", "gemini", "rules"],
        Field(description="who rewrites; auto takes Gemini where it is set up, rules change no word"),
    ] = "auto"
    chunk_pages: Annotated[
        int | None,
        Field(
            description="pages a chunk; empty chooses 50 up to 100 pages, 40 up to 300, else 30", ge=5, le=200
        ),
    ] = None
    overlap: Annotated[int, Field(description="pages that a chunk shares with the next", ge=1, le=4)] = 2
    at_once: Annotated[
        int | None,
        Field(
            description="how many chunks are worked on side by side; empty takes all slots there are",
            ge=1,
            le=32,
        ),
    ] = None
    tries: Annotated[
        int, Field(description="how often a chunk is tried before it counts as failed", ge=1, le=5)
    ] = 3
    time_limit: Annotated[
        int | None,
        Field(
            description="minutes of work after which the job is stopped, without pauses and waits; empty: no limit",
            ge=1,
            le=1440,
            json_schema_extra=A_TIME_LIMIT,
        ),
    ] = None
    csv_separator: Annotated[
        Literal["comma", "semicolon", "tab"], Field(description="what stands between cells of the CSV file")
    ] = "comma"
    csv_bom: Annotated[
        bool, Field(description="a byte order mark before the CSV file, by which Excel knows its letters")
    ] = True
    ocr: ByOcr = "auto"
    languages: Languages = ("fr",)
    pages: PagesToRead = None

    @model_validator(mode="after")
    def _joins_within_limits(self) -> Self:
        """Two sentences that are joined must fit."""
        if self.min_words > self.max_words:
            raise ValueError("min_words must not be more than max_words")
        return self
