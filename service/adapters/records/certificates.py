"""Records of certificates: made, found again, corrected and deleted, in the caller's transaction.

Whoever makes some holds `ships.keeping` first. A record is the company's own: it outlives the document that it was read
from, whose id is gone from it then, and the job.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.clock import read_clock
from service.adapters.record_tables import CertificateEditRow, CertificateRow, ShipRow
from service.domain.account import Actor
from service.domain.ids import new_id
from service.domain.records.cleaning import compared, searched
from service.domain.records.columns import EDITABLE, SHIP
from service.domain.records.expiry import due
from service.domain.records.new import NewCertificate


@dataclass(frozen=True)
class Origin:
    """Whose the record is, and which job read it from which document, if one is there to be shown."""

    owner_id: str
    job_id: str | None
    document_id: str | None


@dataclass(frozen=True)
class Change:
    """What a person corrects: fields by code, and the ship, None where it stays."""

    values: Mapping[str, str | None]
    ship_id: str | None = None


class EditedMeanwhile(Exception):
    """Somebody has changed the record since it was read; it has this version now."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


async def find_same(session: AsyncSession, owner_id: str, ship_id: str, number: str | None) -> str | None:
    """The id of the ship's newest record with this certificate number, whatever its case and spaces."""
    mark = compared(number)
    if mark is None:
        return None
    return await session.scalar(
        select(CertificateRow.id)
        .where(
            CertificateRow.owner_id == owner_id,
            CertificateRow.ship_id == ship_id,
            CertificateRow.compared_number == mark,
        )
        .order_by(CertificateRow.id.desc())
        .limit(1)
    )


async def made_by_job(session: AsyncSession, owner_id: str, job_id: str) -> CertificateRow | None:
    """The newest of the owner's records that the job has made."""
    return await session.scalar(
        select(CertificateRow)
        .where(CertificateRow.owner_id == owner_id, CertificateRow.job_id == job_id)
        .order_by(CertificateRow.id.desc())
        .limit(1)
    )


async def add(
    session: AsyncSession,
    ship_id: str,
    new: NewCertificate,
    origin: Origin,
    replaced: CertificateRow | None = None,
) -> CertificateRow:
    """Makes a record; its values are clean. It takes the place of the one that is `replaced`: id, edits and first day
    stay, all else is new, and its version rises; where the same job had made that one, also what a person corrected."""
    now = await read_clock(session)
    row = replaced
    kept = await _corrected(session, row) if row is not None and row.job_id == origin.job_id else set[str]()
    if row is None:
        row = CertificateRow(id=new_id(), owner_id=origin.owner_id, version=0, created_at=now)
        session.add(row)
    if SHIP not in kept:
        row.ship_id = ship_id
    row.job_id, row.document_id = origin.job_id, origin.document_id
    row.made_by, row.evidence, row.archived = new.key, new.evidence, list(new.archived)
    row.version, row.updated_at = row.version + 1, now
    _set_values(
        row, {code: getattr(row, code) if code in kept else new.values.get(code) for code in EDITABLE}
    )
    return row


async def change(
    session: AsyncSession, certificate_id: str, wanted: Change, by: Actor, version: int | None
) -> CertificateRow | None:
    """Corrects a record, and notes every field that changed; None where it is gone.

    Raises EditedMeanwhile where it is not of the version that the person saw, if they say which.
    """
    row = await session.scalar(
        select(CertificateRow)
        .where(CertificateRow.id == certificate_id)
        .with_for_update()
        # Whoever was waited for may have changed what this session has read.
        .execution_options(populate_existing=True)
    )
    if row is None:
        return None
    if version is not None and row.version != version:
        raise EditedMeanwhile(row.version)
    now = await read_clock(session)
    before = values_of(row)
    changed = {code: value for code, value in wanted.values.items() if before[code] != value}
    noted = [(code, before[code], value) for code, value in changed.items()]
    if wanted.ship_id is not None and wanted.ship_id != row.ship_id:
        noted.append((SHIP, await _named(session, row.ship_id), await _named(session, wanted.ship_id)))
        row.ship_id = wanted.ship_id
    if not noted:
        return row
    _set_values(row, {**before, **changed})
    row.version, row.updated_at = row.version + 1, now
    for code, old, new in noted:
        session.add(
            CertificateEditRow(
                id=new_id(),
                certificate_id=row.id,
                at=now,
                by_id=by.user_id,
                by_name=by.name,
                field=code,
                old=old,
                new=new,
            )
        )
    await session.flush()
    return row


async def remove(session: AsyncSession, certificate_id: str) -> None:
    """Deletes a record with what is known of its edits; the document that it was read from stays."""
    await session.execute(
        delete(CertificateRow)
        .where(CertificateRow.id == certificate_id)
        .execution_options(synchronize_session=False)
    )


async def edits(session: AsyncSession, certificate_id: str, limit: int) -> list[CertificateEditRow]:
    """What was changed, the newest first."""
    query = select(CertificateEditRow).where(CertificateEditRow.certificate_id == certificate_id)
    return list((await session.scalars(query.order_by(CertificateEditRow.id.desc()).limit(limit))).all())


def values_of(row: CertificateRow) -> dict[str, str | None]:
    """The fields, by code."""
    return {code: getattr(row, code) for code in EDITABLE}


async def _corrected(session: AsyncSession, row: CertificateRow) -> set[str]:
    """The fields that are as a person has left them; what was written over since counts no more."""
    query = select(CertificateEditRow).where(CertificateEditRow.certificate_id == row.id)
    last = {each.field: each.new for each in await session.scalars(query.order_by(CertificateEditRow.id))}
    now = {**values_of(row), SHIP: await _named(session, row.ship_id)}
    return {field for field, value in last.items() if now.get(field) == value}


async def _named(session: AsyncSession, ship_id: str) -> str:
    """As people tell ships apart."""
    ship = await session.get(ShipRow, ship_id)
    assert ship is not None, "a certificate's ship outlives it"
    return f"{ship.name} ({ship.imo})" if ship.imo else ship.name


def _set_values(row: CertificateRow, values: Mapping[str, str | None]) -> None:
    for code, value in values.items():
        setattr(row, code, value)
    row.due = due(row.valid_until)
    row.searched = searched(values)
    row.compared_number = compared(row.certificate_number)
