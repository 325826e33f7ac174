"""The bodies of the HTTP interface to ships and certificates."""

from typing import Annotated, Any, Literal

from pydantic import Field

from service.domain.certificate.dates import DateOrder
from service.domain.records.columns import LONGEST_NOTE, LONGEST_TEXT
from service.gateway.models import Body, Id, Told


class NewShip(Body):
    """A ship; some have no IMO number."""

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
    imo: Annotated[str, Field(max_length=LONGEST_TEXT)] | None = None


class ShipChange(Body):
    """What is to be another; what is left out stays."""

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)] | None = None
    imo: Annotated[str, Field(max_length=LONGEST_TEXT)] | None = None


class CertificateChange(Body):
    """A correction: `fields` by code, null for nothing; what is left out stays.

    `version` is that of the record as it was seen: 409 where somebody has changed it since. `date_order` decides about
    dates such as 03/05/2027.
    """

    fields: dict[str, Annotated[str, Field(max_length=2 * LONGEST_NOTE)] | None] = Field(default_factory=dict)
    ship_id: Id | None = None
    version: int | None = None
    date_order: DateOrder = "dmy"


class ShipAnswer(Told):
    """A ship, and how many certificates it has: `total`, and by when they end as `GET /api/certificates` filters.
    `next_end` is the first day, today or later, on which one of them ends."""

    id: str
    name: str
    imo: str | None
    created_at: float
    counts: dict[str, int]
    next_end: str | None


class ShipsAnswer(Told):
    """A page of ships, by name; `next` is the cursor of the page after it."""

    items: list[ShipAnswer]
    next: str | None


class CertificateItem(Told):
    """A certificate as lists have it. Dates are `YYYY-MM-DD`; `expiry` is the narrowest filter that it passes."""

    id: str
    ship: dict[str, str | None]
    fields: dict[str, str | None]
    expiry: str
    job_id: str | None
    document_id: str | None
    archived: list[dict[str, Any]]
    version: int
    created_at: float
    updated_at: float


class FlawTold(Told):
    """What a check finds wrong, as a word of the family `failure.`, and the fields that it is about."""

    fields: list[str]
    code: str
    params: dict[str, Any]
    text: str


class CertificateAnswer(CertificateItem):
    """A certificate with its evidence: by field the page, its size and the box in points where it stands, the
    confidence, and the text as printed. While `document_id` is there, the document's pages can be shown. `flaws` are
    what the checks find wrong with the record as it is now."""

    owner_id: str
    evidence: dict[str, Any]
    flaws: list[FlawTold]


class CertificatesAnswer(Told):
    """A page of certificates; `next` is the cursor of the page after it. `counts` ignore the filter by expiry."""

    items: list[CertificateItem]
    next: str | None
    counts: dict[str, int]
    categories: list[str]


class Edit(Told):
    """A field that a person changed; the field `ship` is told by name and number."""

    id: str
    at: float
    by: dict[str, str]
    field: str
    old: str | None
    new: str | None


class EditsAnswer(Told):
    """The newest edits first, at most 500."""

    items: list[Edit]


ExportFormat = Literal["csv", "xlsx", "json"]
