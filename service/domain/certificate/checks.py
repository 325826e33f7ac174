"""What is wrong with what a certificate says, as codes: nothing here decides what becomes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from service.domain.certificate.catalogue import Category, classify
from service.domain.certificate.fields import FIELDS
from service.domain.certificate.imo import is_imo
from service.domain.certificate.names import NAMES_AGREE, is_only_numbered, name_score
from service.domain.json import JsonObject

# What a record needs to be found again by.
_NEEDED = ("ship_name", "certificate_name", "certificate_number", "issue_date")
_IN_ORDER = (
    ("issue_date", "valid_until"),
    ("issue_date", "last_endorsement"),
    ("issue_date", "next_survey"),
    ("last_endorsement", "valid_until"),
    ("last_endorsement", "next_survey"),
)
_DATE_CODES = tuple(each.code for each in FIELDS if each.kind == "date")


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something to look at: a code, the fields that it is about, and what its words need."""

    code: str
    fields: tuple[str, ...]
    params: JsonObject = field(default_factory=dict[str, object])


def flaws_of(values: Mapping[str, str | None], today: date) -> list[Flaw]:
    """What is wrong with these fields as they are, in the order of the fields; an absent one is as good as None.

    Codes: field_missing, imo_check_digit, date_malformed, dates_out_of_order, issued_in_future, expired.
    """
    found = [Flaw("field_missing", (code,)) for code in _NEEDED if not values.get(code)]
    imo = values.get("imo_number")
    if imo and not is_imo(imo):
        found.append(Flaw("imo_check_digit", ("imo_number",), {"imo": imo}))
    days: dict[str, date] = {}
    for code in _DATE_CODES:
        text = values.get(code)
        if not text:
            continue
        day = _iso(text)
        if day is None:
            found.append(Flaw("date_malformed", (code,), {"value": text}))
        else:
            days[code] = day
    found += [
        Flaw("dates_out_of_order", pair, {"first": str(days[pair[0]]), "then": str(days[pair[1]])})
        for pair in _IN_ORDER
        if pair[0] in days and pair[1] in days and days[pair[0]] > days[pair[1]]
    ]
    if "issue_date" in days and days["issue_date"] > today:
        found.append(Flaw("issued_in_future", ("issue_date",), {"date": str(days["issue_date"])}))
    if "valid_until" in days and days["valid_until"] < today:
        found.append(Flaw("expired", ("valid_until",), {"date": str(days["valid_until"])}))
    return found


def told_by(flaw: Flaw) -> str:
    """Its word of the families `failure.` and `advice.`: what is missing has words of its own for each field."""
    return f"missing_{flaw.fields[0]}" if flaw.code == "field_missing" else flaw.code


def imo_flaw(values: Mapping[str, str | None], imo: str | None) -> Flaw | None:
    """imo_of_another_ship, where both are known and differ; a number whose check digit is wrong is nobody's."""
    printed = values.get("imo_number")
    if imo is None or printed is None or printed == imo or not is_imo(printed):
        return None
    return Flaw("imo_of_another_ship", ("imo_number",), {"imo": printed, "expected": imo})


def name_flaw(values: Mapping[str, str | None], name: str | None, imo: str | None) -> Flaw | None:
    """name_differs, where the printed name is hardly the ship's; a ship that nobody has named yet has any."""
    printed = values.get("ship_name")
    if not printed or not name or is_only_numbered(name, imo):
        return None
    score = name_score(name, printed)
    if score >= NAMES_AGREE:
        return None
    return Flaw("name_differs", ("ship_name",), {"name": printed, "expected": name, "score": round(score)})


def category_of(values: Mapping[str, str | None]) -> Category | None:
    """By the name, else by the abbreviation; None for what the catalogue does not know."""
    for code in ("certificate_name", "abbreviation"):
        text = values.get(code)
        entry = classify(text) if text else None
        if entry is not None:
            return entry.category
    return None


def category_flaw(values: Mapping[str, str | None], wanted: Category) -> Flaw | None:
    """wrong_category, where the certificate is known to be of another one."""
    category = category_of(values)
    if category is None or category == wanted:
        return None
    return Flaw("wrong_category", ("certificate_name",), {"category": category, "expected": wanted})


def _iso(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None
