"""Certificates as files, each with what is true of it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tests.corpora.certificates.apart import LAYOUTS as APART
from tests.corpora.certificates.facts import Facts, facts
from tests.corpora.certificates.kinds import TYPES_VI
from tests.corpora.certificates.known import LAYOUTS as KNOWN
from tests.corpora.certificates.marks import BLUE, RED, VIOLET, box_stamp
from tests.corpora.certificates.scan import Scan, scans, stored
from tests.corpora.certificates.sheet import Sheet
from tests.corpora.certificates.table import Row, rows
from tests.corpora.certificates.truth import CODES, MediaKind, Place, Truth

SEED: Final = 1912
_ENDINGS: Final[dict[MediaKind, str]] = {"pdf": "pdf", "jpeg": "jpg", "png": "png"}
_OVERLAID: Final = (("RECEIVED", "DOCUMENT OFFICE"), ("COPY",), ("ENTERED", "SHIP'S FILE"))


@dataclass(frozen=True, slots=True)
class Certificate:
    """A file (its name has the right ending), its kind, and the truth."""

    name: str
    content: bytes
    media: MediaKind
    truth: Truth


def certificates(seed: int = SEED, *, count: int | None = None, apart: bool = True) -> Iterator[Certificate]:
    """The 200 certificates of a seed, or the first so many of them, each made when it is asked for.

    Without `apart` those in layouts that are held out are left away. The same seed gives the same files.
    """
    chosen = [row for row in rows(seed) if apart or not row.apart]
    for row in chosen[:count]:
        yield certificate(row, seed)


def certificate(row: Row, seed: int = SEED) -> Certificate:
    """The document of a row of the table."""
    mark = f"{seed}/{row.number}"
    said = facts(mark, row.kind, bilingual=row.language == "vi-en", pages=row.pages)
    sheet = (APART if row.apart else KNOWN)[row.layout](said)
    name = f"certificate-{row.number:03}.{_ENDINGS[row.media]}"
    if row.quality == "digital":
        sheet.document.set_metadata({"title": said.title, "creator": "Headway test corpus"})
        sheet.document.subset_fonts()
        content = sheet.document.tobytes(garbage=4, deflate=True, no_new_id=True)
        return Certificate(name, content, row.media, _truth(row, said, sheet))
    stamped = _overlay(sheet, random.Random(mark))
    made = list(scans(sheet.document, row.quality, row.turned, mark))
    truth = _truth(row, said, sheet, made, stamped=stamped)
    return Certificate(name, stored(made, row.quality, row.media), row.media, truth)


def _overlay(sheet: Sheet, dice: random.Random) -> bool:
    """A stamp of whoever filed it, anywhere on the first page, text or not; False when nobody has stamped it."""
    if dice.random() < 0.5:
        return False
    sheet.page = sheet.document[0]
    wide, high = sheet.page.rect.width, sheet.page.rect.height
    at = dice.uniform(0.3, 0.75) * wide, dice.uniform(0.3, 0.85) * high
    box_stamp(sheet, *at, dice.choice(_OVERLAID), colour=dice.choice((BLUE, RED, VIOLET)))
    return True


def _truth(
    row: Row, said: Facts, sheet: Sheet, made: list[Scan] | None = None, *, stamped: bool = False
) -> Truth:
    places = {code: tuple(_moved(place, made) for place in sheet.places.get(code, ())) for code in CODES}
    return Truth(
        fields={code: _value(said, code) for code in CODES},
        category=said.kind.category,
        language=row.language,
        layout=row.layout,
        apart=row.apart,
        kind=row.kind,
        quality=row.quality,
        pages=row.pages,
        turned=row.turned,
        stamped=stamped,
        also=_also(said),
        places={code: found for code, found in places.items() if found},
    )


def _moved(place: Place, made: list[Scan] | None) -> Place:
    return place if made is None else Place(place.page, made[place.page - 1].box(place.box), place.as_printed)


def _value(said: Facts, code: str) -> str | None:
    days = {
        "issue_date": said.issued,
        "valid_until": said.until,
        "last_endorsement": said.last_endorsement,
        "next_survey": said.next_survey,
    }
    if code in days:
        day = days[code]
        return day.isoformat() if day else None
    if code == "certificate_type":
        return said.type
    if code == "ship_name" and said.ship_shown:
        return said.ship.name
    return said.printed(code)


def _also(said: Facts) -> dict[str, tuple[str, ...]]:
    also: dict[str, tuple[str, ...]] = {"abbreviation": said.kind.also}
    if said.ship_shown:
        also["ship_name"] = (f"{said.ship.prefix}{said.ship.name}",) if said.ship.prefix else ()
    if said.bilingual:
        title = said.kind.title_vi
        also["certificate_name"] = (title, f"{title} / {said.title}", f"{said.title} / {title}")
        also["issuing_authority"] = (
            said.authority.name_vi,
            f"{said.authority.name_vi} / {said.authority.name}",
            f"{said.authority.name} / {said.authority.name_vi}",
        )
        if said.type and said.type_printed:
            also["certificate_type"] = (TYPES_VI[said.type], said.type_printed)
    return {code: others for code, others in also.items() if others}
