"""What is kept of a ship's certificate."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

FieldKind: TypeAlias = Literal["text", "imo", "date"]


@dataclass(frozen=True, slots=True)
class CertificateField:
    """A field by its code. All values are strings: of kind "date" they are `YYYY-MM-DD`, of kind "imo" seven digits."""

    code: str
    kind: FieldKind


FIELDS: tuple[CertificateField, ...] = (
    CertificateField("ship_name", "text"),
    CertificateField("imo_number", "imo"),
    CertificateField("certificate_name", "text"),
    CertificateField("abbreviation", "text"),
    CertificateField("certificate_number", "text"),
    CertificateField("certificate_type", "text"),
    CertificateField("issue_date", "date"),
    CertificateField("valid_until", "date"),
    CertificateField("last_endorsement", "date"),
    CertificateField("next_survey", "date"),
    CertificateField("issuing_authority", "text"),
)
"""In the order in which they are shown."""

FIELD_BY_CODE = {field.code: field for field in FIELDS}
