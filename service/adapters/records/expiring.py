"""Counting certificates by when they end, on the day that the database has."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Integer, case, cast, func
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.clock import read_clock
from service.adapters.record_tables import CertificateRow
from service.domain.records.expiry import Expiry, Span, spans


async def spans_today(session: AsyncSession) -> dict[Expiry, Span]:
    """What each means on this day, in UTC."""
    return spans(dt.datetime.fromtimestamp(await read_clock(session), dt.UTC).date())


def within(span: Span) -> ColumnElement[bool]:
    """Which certificates end in it."""
    return (CertificateRow.due >= span.start) & (CertificateRow.due < span.before)


async def counts_columns(session: AsyncSession) -> list[ColumnElement[int]]:
    """How many of what is selected end in each of the spans, in the order of Expiry."""
    today = await spans_today(session)
    return [
        cast(func.coalesce(func.sum(case((within(today[each]), 1), else_=0)), 0), Integer) for each in Expiry
    ]


def counts_of(numbers: Sequence[int]) -> dict[str, int]:
    """A total and the columns after it by name; all 0 for nothing."""
    return dict(zip(("total", *map(str, Expiry)), numbers or [0] * (len(Expiry) + 1), strict=True))
