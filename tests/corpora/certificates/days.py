"""Dates as certificates print them."""

from collections.abc import Callable
from datetime import date
from typing import Final

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

ENGLISH: Final = (
    "long", "zero", "slash", "dots", "short", "dashed", "us", "iso", "ordinal", "caps",
)  # fmt: skip
VIETNAMESE: Final = ("words", "slash", "words", "dashes", "zero")
"""Styles for documents in Vietnamese and English; words are the most usual."""


def printed(day: date, style: str) -> str:
    """The day in a style; numbers alone are always day, month, year, or year first."""
    return _STYLES[style](day, _MONTHS[day.month - 1])


def solemn(day: date) -> str:
    """The day as deeds have it."""
    return f"{day.day}{_ending(day.day)} day of {_MONTHS[day.month - 1]}, {day.year}"


def _ending(number: int) -> str:
    if number in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


_STYLES: Final[dict[str, Callable[[date, str], str]]] = {
    "long": lambda day, month: f"{day.day} {month} {day.year}",
    "zero": lambda day, month: f"{day:%d} {month} {day.year}",
    "slash": lambda day, month: f"{day:%d/%m/%Y}",
    "dots": lambda day, month: f"{day:%d.%m.%Y}",
    "dashes": lambda day, month: f"{day:%d-%m-%Y}",
    "short": lambda day, month: f"{day:%d} {month[:3].upper()} {day:%y}",
    "dashed": lambda day, month: f"{day:%d}-{month[:3]}-{day.year}",
    "us": lambda day, month: f"{month} {day.day}, {day.year}",
    "iso": lambda day, month: day.isoformat(),
    "ordinal": lambda day, month: f"{day.day}{_ending(day.day)} {month} {day.year}",
    "caps": lambda day, month: f"{day:%d} {month[:3].upper()} {day.year}",
    "words": lambda day, month: f"ngày {day:%d} tháng {day:%m} năm {day.year}",
}
