"""What a step may ask of its owner's ships and records while it works; what it makes of that it hands to `ToRecord`."""

from collections.abc import Sequence

from service.adapters.database import Database
from service.adapters.record_tables import CertificateRow, ShipRow
from service.adapters.records import certificates, ships
from service.domain.records.new import OfShip


class KnownRecords:
    """Reads an owner's records, each time as they are at that moment."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def ship(self, owner_id: str, ship_id: str) -> ShipRow | None:
        """The owner's ship of this id."""
        async with self._db.reading() as session:
            return await ships.owned_ship(session, owner_id, ship_id)

    async def ship_by_imo(self, owner_id: str, imo: str) -> ShipRow | None:
        """The owner's ship of this IMO number."""
        async with self._db.reading() as session:
            return await ships.ship_by_imo(session, owner_id, imo)

    async def ships(self, owner_id: str) -> Sequence[ShipRow]:
        """All of the owner's ships, by name."""
        async with self._db.reading() as session:
            return await ships.ships_of(session, owner_id)

    async def new_ship_by_now(self, owner_id: str, wanted: OfShip) -> ShipRow | None:
        """The ship that recording a certificate of it would find rather than make."""
        async with self._db.reading() as session:
            return await ships.wanted_ship(session, owner_id, wanted)

    async def of_job(self, owner_id: str, job_id: str) -> CertificateRow | None:
        """The newest record that the job has made."""
        async with self._db.reading() as session:
            return await certificates.made_by_job(session, owner_id, job_id)

    async def same(self, owner_id: str, ship_id: str, number: str | None) -> CertificateRow | None:
        """The ship's newest record with this certificate number."""
        async with self._db.reading() as session:
            found = await certificates.find_same(session, owner_id, ship_id, number)
            return await session.get(CertificateRow, found) if found else None
