"""What is true of a certificate that was made here, and where it stands."""

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

CODES = (
    "ship_name", "imo_number", "certificate_name", "abbreviation", "certificate_number", "certificate_type",
    "issue_date", "valid_until", "last_endorsement", "next_survey", "issuing_authority",
)  # fmt: skip
"""The fields of a certificate, in their order."""

Category: TypeAlias = Literal["statutory", "class", "registry", "insurance", "crew"]
Language: TypeAlias = Literal["en", "vi-en"]
Quality: TypeAlias = Literal["digital", "good", "fair", "poor"]
MediaKind: TypeAlias = Literal["pdf", "jpeg", "png"]
Box: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Place:
    """One place where a value stands: page from 1, box in points from the top left of the page as shown."""

    page: int
    box: Box
    as_printed: str


@dataclass(frozen=True, slots=True)
class Truth:
    """A certificate's fields by code, and how it was made.

    `fields` has every code; dates are `YYYY-MM-DD`, None means that the document does not say. `also` has further
    spellings that are as right as the value, by code (and by "category"). `places` has every place of a value, the
    main one first; an abbreviation may be known from the name alone, and then stands nowhere. `turned` is by how many
    degrees clockwise the pages of a scan lie wrongly. `stamped` says that whoever filed it has stamped its first page,
    anywhere, words or not; the stamps of those who issue it are not meant.
    """

    fields: dict[str, str | None]
    category: Category
    language: Language
    layout: str
    apart: bool
    kind: str
    quality: Quality
    pages: int
    turned: int = 0
    stamped: bool = False
    also: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    places: dict[str, tuple[Place, ...]] = field(default_factory=dict[str, tuple[Place, ...]])

    def as_json(self) -> dict[str, Any]:
        """As it is written to truth.jsonl."""
        return {
            "fields": self.fields,
            "also": {code: list(others) for code, others in self.also.items()},
            "category": self.category,
            "language": self.language,
            "layout": self.layout,
            "apart": self.apart,
            "kind": self.kind,
            "quality": self.quality,
            "pages": self.pages,
            "turned": self.turned,
            "stamped": self.stamped,
            "places": {
                code: [
                    {
                        "page": place.page,
                        "box": [round(side, 1) for side in place.box],
                        "as_printed": place.as_printed,
                    }
                    for place in places
                ]
                for code, places in self.places.items()
            },
        }
