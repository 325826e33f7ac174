"""Ships and certificates for tests: made as steps make them, or many at once."""

import datetime as dt
from typing import Any

from sqlalchemy import insert

from service.adapters.database import Database
from service.adapters.record_tables import CertificateRow
from service.adapters.records import certificates, ships
from service.adapters.records.certificates import Origin
from service.domain.ids import new_id
from service.domain.records.cleaning import searched
from service.domain.records.expiry import due
from service.domain.records.new import NewCertificate, OfShip

IMOS = ("9074729", "9176187", "9319466", "8814275")
"""Numbers whose check digits are right."""
_AT_ONCE = 1000


def in_days(days: int) -> str:
    """The day so many days from today, in UTC."""
    return (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days)).isoformat()


async def add_ship(db: Database, owner_id: str, name: str = "Ocean Star", imo: str | None = IMOS[0]) -> str:
    """A ship of the owner; its id."""
    async with db.writing() as session:
        return (await ships.new_ship(session, owner_id, name, imo)).id


async def add_certificate(
    db: Database, owner_id: str, ship_id: str, *, document_id: str | None = None, **values: str | None
) -> str:
    """A certificate with these values; its id."""
    page: dict[str, Any] = {"page": 1, "box": [72.0, 90.5, 210.0, 104.0], "confidence": 0.97}
    evidence = {code: {**page, "as_printed": value} for code, value in values.items()}
    new = NewCertificate(new_id(), OfShip(ship_id), values, evidence)
    async with db.writing() as session:
        row = await certificates.add(session, ship_id, new, Origin(owner_id, None, document_id))
        return row.id


async def add_many(db: Database, owner_id: str, ship_id: str, number: int) -> None:
    """So many certificates of the ship, with numbers from C000000 and an end on each of the next 400 days in turn."""
    days = [in_days(day) for day in range(-100, 300)]
    rows = [_row(owner_id, ship_id, each, days[each % len(days)]) for each in range(number)]
    async with db.writing() as session:
        for start in range(0, number, _AT_ONCE):
            await session.execute(insert(CertificateRow), rows[start : start + _AT_ONCE])


def _row(owner_id: str, ship_id: str, number: int, valid_until: str) -> dict[str, Any]:
    values: dict[str, str | None] = {
        "certificate_number": f"C{number:06}",
        "certificate_name": "Safety Management Certificate",
        "valid_until": valid_until,
    }
    made = new_id()
    return {
        "id": made,
        "made_by": made,
        "owner_id": owner_id,
        "ship_id": ship_id,
        **values,
        "due": due(valid_until),
        "searched": searched(values),
        "compared_number": f"c{number:06}",
        "evidence": {},
        "archived": [],
        "version": 1,
        "created_at": 1.0,
        "updated_at": 1.0,
    }
