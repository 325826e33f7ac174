"""When certificates end, in the terms in which fleets are looked after: overdue, or within 30, 60 or 90 days."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

NO_DATE = "9999-99-99"
"""Stands behind every date: what does not end, as far as is known, comes last."""


class Expiry(StrEnum):
    """Which certificates by their end; all but `none` have one. `30`, `60` and `90` leave out what is overdue, and each
    has what those before it have."""

    OVERDUE = "overdue"
    IN_30 = "30"
    IN_60 = "60"
    IN_90 = "90"
    VALID = "valid"
    NONE = "none"


@dataclass(frozen=True)
class Span:
    """From the first text to before the second, as lists are sorted by them."""

    start: str
    before: str


def spans(today: date) -> dict[Expiry, Span]:
    """What each means today. A certificate is good on the day to which it is valid."""

    def day(number: int) -> str:
        return (today + timedelta(days=number)).isoformat()

    return {
        Expiry.OVERDUE: Span("", day(0)),
        Expiry.IN_30: Span(day(0), day(31)),
        Expiry.IN_60: Span(day(0), day(61)),
        Expiry.IN_90: Span(day(0), day(91)),
        Expiry.VALID: Span(day(0), NO_DATE),
        Expiry.NONE: Span(NO_DATE, "~"),
    }


def due(valid_until: str | None) -> str:
    """What a certificate is sorted by."""
    return valid_until or NO_DATE


def narrowest(due_on: str, today: dict[Expiry, Span]) -> Expiry:
    """The first of them that has what ends then."""
    return next(each for each, span in today.items() if span.start <= due_on < span.before)
