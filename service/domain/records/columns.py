"""What a record of a certificate has: the columns of exports, imports and forms, by code and by title."""

from service.domain.certificate.fields import FIELD_BY_CODE, FIELDS

LONGEST_TEXT = 300
LONGEST_NOTE = 2000
"""Characters."""

SHIP, SHIP_IMO = "ship", "ship_imo"
"""The ship that a certificate is kept with: what is printed on it may be another name."""

CODES: tuple[str, ...] = tuple(each.code for each in FIELDS)
EDITABLE: tuple[str, ...] = (*CODES, "category", "note")
"""What a person may correct, apart from the ship."""

COLUMNS: tuple[str, ...] = (SHIP, SHIP_IMO, *EDITABLE)
"""What an export has and an import takes."""

TITLES: dict[str, str] = {
    "ship": "Ship",
    "ship_imo": "IMO number of the ship",
    "ship_name": "Ship name on the certificate",
    "imo_number": "IMO number on the certificate",
    "certificate_name": "Certificate",
    "abbreviation": "Abbreviation",
    "certificate_number": "Certificate number",
    "certificate_type": "Type",
    "issue_date": "Issued",
    "valid_until": "Valid until",
    "last_endorsement": "Last endorsement",
    "next_survey": "Next survey",
    "issuing_authority": "Issuing authority",
    "category": "Category",
    "note": "Note",
}
"""The heads of an export's columns, for people."""

_BY_HEAD = {
    **{" ".join(title.casefold().split()): code for code, title in TITLES.items()},
    **{code.replace("_", " "): code for code in COLUMNS},
}


def column_of(head: str) -> str | None:
    """The column that a head names, by code or title, whatever its case; None for a strange one."""
    return _BY_HEAD.get(" ".join(head.replace("_", " ").casefold().split()))


def longest(column: str) -> int:
    """How many characters a value may have."""
    return LONGEST_NOTE if column == "note" else LONGEST_TEXT


def kind_of(column: str) -> str:
    """`date`, `imo` or `text`."""
    if column == SHIP_IMO:
        return "imo"
    field = FIELD_BY_CODE.get(column)
    return field.kind if field else "text"
