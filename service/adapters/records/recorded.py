"""Carrying out what a step has to record, in the transaction that records the step: done with it, or not at all."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.record_tables import CertificateRow, ShipRow
from service.adapters.records import certificates, ships
from service.adapters.records.certificates import Origin
from service.adapters.tables import JobRow
from service.domain.certificate.names import number_as_name
from service.domain.records.cleaning import compared
from service.domain.records.new import NewCertificate, OfShip, Recorded, ToRecord


class NoShip(Exception):
    """The ship that was chosen for a certificate is gone, or none is named for it."""


class SameThere(Exception):
    """The ship has a record of the same number by now that the step had not seen."""


async def carry_out(session: AsyncSession, job: JobRow, wanted: ToRecord) -> Recorded:
    """Records them for the job's owner, in order; raises NoShip and SameThere. What was recorded under the same key
    before stays as it is. The number of statements grows with the ships, not with the certificates."""
    await ships.keeping(session, job.owner_id)
    keys = [each.key for each in wanted.certificates]
    known = await session.scalars(select(CertificateRow.made_by).where(CertificateRow.made_by.in_(keys)))
    done = set(known)
    left = [each for each in wanted.certificates if each.key not in done]
    recording = _Recording(
        session, wanted, Origin(job.owner_id, job.id, job.document_id if wanted.from_document else None)
    )
    await recording.find(left)
    for each in left:
        await recording.record(each)
    await session.flush()
    return recording.told


class _Recording:
    """What is known of the owner's ships and of the certificates that may be in the way of new ones."""

    def __init__(self, session: AsyncSession, wanted: ToRecord, origin: Origin) -> None:
        self._session = session
        self._wanted = wanted
        self._origin = origin
        self._ships: dict[OfShip, ShipRow | None] = {}
        self._same: dict[tuple[str, str], CertificateRow] = {}
        self.told = Recorded()

    async def find(self, several: list[NewCertificate]) -> None:
        """Looks up the ships of the certificates, and makes those that are new; and what has the same numbers."""
        for each in several:
            if each.ship not in self._ships:
                self._ships[each.ship] = await self._ship(each.ship)
        numbers = {mark for each in several if (mark := _number(each)) is not None}
        if self._wanted.on_same == "keep" or not numbers:
            return
        there = await self._session.scalars(
            select(CertificateRow)
            .where(
                CertificateRow.ship_id.in_({ship.id for ship in self._ships.values() if ship is not None}),
                CertificateRow.compared_number.in_(numbers),
            )
            .order_by(CertificateRow.id)
            .with_for_update()
        )
        self._same = {(row.ship_id, row.compared_number or ""): row for row in there}

    async def record(self, new: NewCertificate) -> None:
        """Makes the record, or leaves it out."""
        ship, mark = self._ships[new.ship], _number(new)
        same = self._same.get((ship.id, mark)) if ship is not None and mark is not None else None
        if self._wanted.on_same == "ask":
            if same is not None and same.id not in (new.replaces, new.beside):
                raise SameThere
            same = None
        if new.replaces is not None:
            same = await self._chosen(new.replaces)
        elif same is not None and self._wanted.on_same == "skip":
            self.told.skipped += 1
            return
        if same is None:
            self.told.made += 1
        else:
            self.told.replaced += 1
        if self._wanted.rehearsed or ship is None:
            return
        row = await certificates.add(self._session, ship.id, new, self._origin, same)
        self.told.ids.append(row.id)
        if mark is not None and self._wanted.on_same != "keep":
            self._same[ship.id, mark] = row

    async def _chosen(self, certificate_id: str) -> CertificateRow | None:
        """The record whose place a person gave away, if it is the owner's and still there."""
        row = await self._session.get(CertificateRow, certificate_id, with_for_update=True)
        return row if row is not None and row.owner_id == self._origin.owner_id else None

    async def _ship(self, wanted: OfShip) -> ShipRow | None:
        """The ship; None only for one that a rehearsal would make."""
        session, owner_id = self._session, self._origin.owner_id
        found = await ships.wanted_ship(session, owner_id, wanted)
        if found is not None:
            return found
        if wanted.id is not None or (wanted.imo is None and wanted.name is None):
            raise NoShip
        self.told.ships_made += 1
        if self._wanted.rehearsed:
            return None
        name = wanted.name or number_as_name(wanted.imo or "")
        return await ships.new_ship(session, owner_id, name, wanted.imo)


def _number(new: NewCertificate) -> str | None:
    return compared(new.values.get("certificate_number"))
