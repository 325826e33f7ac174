"""What was found on a certificate, in the form in which it is handed on and recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from service.domain.certificate.checks import category_of
from service.domain.certificate.dates import DateOrder, read_date
from service.domain.certificate.fields import FIELD_BY_CODE, FIELDS
from service.domain.json import JsonObject
from service.domain.records.cleaning import NotTaken, cleaned, one_line
from service.domain.records.columns import LONGEST_TEXT
from service.domain.work import PastWork
from workers.engines.language.port import Found
from workers.engines.page import Page


@dataclass(frozen=True)
class Facts:
    """The fields by code: {value, as_printed, confidence, page, page_size, box}; sizes and boxes in points."""

    fields: dict[str, JsonObject]

    @classmethod
    def of(cls, before: Sequence[PastWork]) -> "Facts":
        """What Extracting found."""
        return cls(next(past.output["fields"] for past in before if "fields" in past.output))

    @cached_property
    def found(self) -> dict[str, str | None]:
        """The values as they were found, right or wrong."""
        return {each.code: self.fields[each.code]["value"] for each in FIELDS if each.code in self.fields}

    @cached_property
    def values(self) -> dict[str, str | None]:
        """The values that a record can have; the others are None."""
        return {code: _taken(code, value) for code, value in self.found.items()}

    @cached_property
    def category(self) -> str | None:
        """By the certificate's name, where it is a known one."""
        return category_of(self.values)

    @property
    def evidence(self) -> JsonObject:
        """Where each value of a record stands."""
        return {
            code: {name: each for name, each in self.fields[code].items() if name != "value"}
            for code, value in self.values.items()
            if value is not None
        }


def fields_from(found: Mapping[str, Found], order: DateOrder, pages: Sequence[Page]) -> dict[str, JsonObject]:
    """As Extracting hands them on: in order, dates read as the options say, and nothing longer than a record takes."""
    sizes = {each.number: [round(each.width, 1), round(each.height, 1)] for each in pages}
    fields: dict[str, JsonObject] = {}
    for each in FIELDS:
        if each.code in found:
            made = found[each.code].to_json()
            made["as_printed"] = one_line(made["as_printed"])[:LONGEST_TEXT]
            made["value"] = _value(each.code, made, order)[: LONGEST_TEXT + 1]
            # Kept with the box: the record outlives the pages, and a box says where only on a page of known size.
            made["page_size"] = sizes[made["page"]]
            fields[each.code] = made
    return fields


def _value(code: str, made: JsonObject, order: DateOrder) -> str:
    """Engines read 03/05/2027 as the third of May; what stands there is read again where that is not so."""
    value = str(made["value"])
    if FIELD_BY_CODE[code].kind != "date" or order == "dmy":
        return value
    usual = read_date(made["as_printed"], "dmy")
    meant = read_date(made["as_printed"], order)
    if usual is None or meant is None or usual.isoformat() != value:
        return value
    return meant.isoformat()


def _taken(code: str, value: str | None) -> str | None:
    try:
        return cleaned(code, value)
    except NotTaken:
        return None
