"""What the topic `records` tells of an owner's ships and certificates."""

from sqlalchemy import ColumnElement, Integer, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from service.adapters.record_tables import CertificateRow, ShipRow
from service.adapters.records.expiring import counts_columns, counts_of
from service.domain.json import JsonObject
from service.domain.records.expiry import Expiry


async def records_value(session: AsyncSession, owner_id: str) -> JsonObject:
    """How many there are and how many end when, on the day that the database has; `changed` is another after any change
    to one of them. As many statements for ten as for a hundred thousand."""
    marks = (
        _sum(CertificateRow.version),
        func.max(CertificateRow.updated_at),
        # A document or a job that is deleted is taken from its records, which keep their version.
        func.count(CertificateRow.document_id),
        func.count(CertificateRow.job_id),
    )
    query = select(*marks, func.count(), *await counts_columns(session))
    *marked, total, overdue, in_30, in_60, in_90, valid, none = (
        await session.execute(query.where(CertificateRow.owner_id == owner_id))
    ).one()
    counts = counts_of([total, overdue, in_30, in_60, in_90, valid, none])
    ships, changes, newest = (
        await session.execute(
            select(func.count(), _sum(ShipRow.version), func.max(ShipRow.id)).where(
                ShipRow.owner_id == owner_id
            )
        )
    ).one()
    return {
        "certificates": total,
        "ships": ships,
        "overdue": counts[Expiry.OVERDUE],
        "within_30": counts[Expiry.IN_30],
        "within_60": counts[Expiry.IN_60],
        "within_90": counts[Expiry.IN_90],
        "changed": "/".join(str(each or 0) for each in (total, *marked, ships, changes, newest)),
    }


def _sum(column: InstrumentedAttribute[int]) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(column), 0), Integer)
