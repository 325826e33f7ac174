"""Values as records keep them: trimmed, dates as ISO text, IMO numbers as seven digits with the right check digit."""

import unicodedata
from collections.abc import Mapping

from service.domain.certificate.dates import DateOrder, read_date
from service.domain.certificate.imo import is_imo
from service.domain.json import JsonObject
from service.domain.records.columns import kind_of, longest

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_KEPT = frozenset("\u200c\u200d")  # they join and part letters in some scripts


class NotTaken(Exception):
    """A value that a record cannot have. `code` is a word of the families `failure.` and `problem.`."""

    def __init__(self, code: str, column: str, params: JsonObject | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.params: JsonObject = {"column": column, **(params or {})}


def cleaned(column: str, value: str | None, order: DateOrder = "dmy") -> str | None:
    """The value as a record keeps it; None for nothing. Raises NotTaken: value_too_long, value_no_date, value_no_imo.

    `order` decides about dates such as 03/05/2027.
    """
    text = one_line(value or "")
    if not text:
        return None
    if len(text) > longest(column):
        raise NotTaken("value_too_long", column, {"length": len(text), "limit": longest(column)})
    match kind_of(column):
        case "date":
            return _date(column, text, order)
        case "imo":
            return _imo(column, text)
        case _:
            return text


def one_line(text: str) -> str:
    """Without what is not seen; runs of white space are one space, and characters are composed."""
    shown = (
        " " if each.isspace() else "" if unicodedata.category(each) in _UNSEEN and each not in _KEPT else each
        for each in unicodedata.normalize("NFC", text)
    )
    return " ".join("".join(shown).split())


def compared(number: str | None) -> str | None:
    """A certificate's number as it is told from others: without regard to case and spaces; None for none."""
    return "".join((number or "").casefold().split()) or None


def searched(values: Mapping[str, str | None]) -> str:
    """What searching looks at, without regard to case."""
    names = ("ship_name", "imo_number", "certificate_name", "abbreviation", "certificate_number")
    shown = (values.get(name) for name in (*names, "issuing_authority"))
    return "\n".join(each.lower() for each in shown if each)


def _date(column: str, text: str, order: DateOrder) -> str:
    found = read_date(text, order)
    if found is None:
        raise NotTaken("value_no_date", column)
    return found.isoformat()


def _imo(column: str, text: str) -> str:
    digits = text.upper().removeprefix("IMO").strip(" .:#")
    if not is_imo(digits):
        raise NotTaken("value_no_imo", column)
    return digits
