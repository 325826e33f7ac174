"""What the queries of ships and certificates ask for, checked before the database is asked."""

from typing import cast

from starlette.requests import Request

from service.adapters.records.certificate_lists import SortedBy, Wanted
from service.adapters.records.cursors import BadCursor, place_of
from service.domain.certificate.dates import DateOrder
from service.domain.ids import is_id
from service.domain.records.cleaning import NotTaken, cleaned
from service.domain.records.expiry import Expiry
from service.gateway.operation import Parameter
from service.protocol.problems import refused

_LONGEST_SEARCH = 200
_LIMIT, _LONGEST_PAGE = 50, 500
_SEPARATORS = {",": ",", ";": ";", "|": "|", "\t": "\t", "tab": "\t"}

FILTERS = (
    Parameter("ship", "the id of a ship"),
    Parameter(
        "expiry",
        "overdue; 30, 60 or 90: ends within so many days, and is not overdue; valid: all that is not overdue; "
        "none: has no date",
    ),
    Parameter("category", "as it stands in the records"),
    Parameter("q", "text in names, numbers and authorities, whatever its case"),
)

Query = dict[str, str]


def known_only(request: Request, *names: str) -> Query:
    """The query's parameters that are not empty; raises Refused for one that is not known."""
    query = {name: each for name, each in request.query_params.items() if each}
    if strange := query.keys() - set(names):
        raise refused(422, "bad_request", reason=f"unknown parameter {min(strange)[:100]}")
    if any("\x00" in each for each in query.values()):
        # PostgreSQL has no such text, so that looking for it would fail.
        raise refused(422, "bad_request", reason="the query is not text")
    return query


def text_in(query: Query) -> str | None:
    """The text that is searched for."""
    return query.get("q", "").strip()[:_LONGEST_SEARCH] or None


def limit_in(query: Query) -> int:
    """How many a page has."""
    return number_in(query, "limit", _LIMIT, 1, _LONGEST_PAGE)


def number_in(query: Query, name: str, default: int, least: int, most: int) -> int:
    """A number between these, both included."""
    text = query.get(name, str(default))
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    if not least <= number <= most:
        raise refused(422, "bad_request", reason=f"{name} is {least} to {most}")
    return number


def cursor_in(query: Query) -> str | None:
    """Where the page before ended."""
    cursor = query.get("cursor")
    if cursor is not None:
        try:
            place_of(cursor)
        except BadCursor:
            raise refused(422, "bad_request", reason="cursor is not one that a page gave") from None
    return cursor


def wanted_in(query: Query, owner_id: str) -> Wanted:
    """The filters. A ship that is not there has no certificates."""
    expiry, ship_id = query.get("expiry"), query.get("ship")
    if expiry is not None and expiry not in tuple(Expiry):
        raise refused(422, "bad_request", reason=f"expiry is one of {', '.join(Expiry)}")
    if ship_id is not None and not is_id(ship_id):
        raise refused(422, "bad_request", reason="ship is not an id")
    chosen = Expiry(expiry) if expiry is not None else None
    return Wanted(owner_id, ship_id, chosen, query.get("category"), text_in(query))


def sorting_in(query: Query) -> SortedBy:
    """By what lists are sorted."""
    return cast("SortedBy", choice_in(query, "sort", "valid_until", "created"))


def choice_in(query: Query, name: str, *choices: str) -> str:
    """One of these, the first where the query says nothing."""
    chosen = query.get(name, choices[0])
    if chosen not in choices:
        raise refused(422, "bad_request", reason=f"{name} is one of {', '.join(choices)}")
    return chosen


def separator_in(query: Query) -> str:
    """What stands between the cells of a CSV file."""
    separator = _SEPARATORS.get(query.get("separator", ","))
    if separator is None:
        raise refused(422, "bad_request", reason="separator is one of , ; | tab")
    return separator


def clean_value(column: str, value: str | None, order: DateOrder = "dmy") -> str | None:
    """The value as records keep it; raises Refused with 422."""
    try:
        return cleaned(column, value, order)
    except NotTaken as wrong:
        raise refused(422, wrong.code, **wrong.params) from None
