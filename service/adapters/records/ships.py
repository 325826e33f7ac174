"""The ships of a fleet. All in the caller's transaction; who writes holds `keeping` first."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.clock import read_clock
from service.adapters.exclusion import alone
from service.adapters.record_tables import CertificateRow, ShipRow
from service.adapters.records.cursors import cursor_at, place_of
from service.adapters.records.expiring import counts_columns, counts_of, spans_today, within
from service.domain.document import folded
from service.domain.ids import new_id
from service.domain.records.expiry import Expiry
from service.domain.records.new import OfShip


class ShipThere(Exception):
    """The owner has a ship of this IMO number already: `ship_id`."""

    def __init__(self, ship_id: str) -> None:
        super().__init__(ship_id)
        self.ship_id = ship_id


class ShipInUse(Exception):
    """The ship has certificates."""


@dataclass(frozen=True)
class ShipShown:
    """A ship, how many certificates it has, in all and by when they end, and the day of the next end, if any is known.
    What has ended already is no next end."""

    row: ShipRow
    counts: dict[str, int]
    next_end: str | None


@dataclass(frozen=True)
class Fleet:
    """Ships by name; `next` is the cursor of the page after this one."""

    ships: list[ShipShown]
    next: str | None


async def keeping(session: AsyncSession, owner_id: str) -> None:
    """One transaction at a time writes an owner's records, so that none makes what another is making."""
    await alone(session, f"records:{owner_id}")


async def ship_by_imo(session: AsyncSession, owner_id: str, imo: str) -> ShipRow | None:
    """The owner's ship of this IMO number."""
    return await session.scalar(select(ShipRow).where(ShipRow.owner_id == owner_id, ShipRow.imo == imo))


async def ship_by_name(session: AsyncSession, owner_id: str, name: str) -> ShipRow | None:
    """The owner's ship of this name, whatever its case; None where several have it."""
    query = select(ShipRow).where(ShipRow.owner_id == owner_id, ShipRow.searched_name == folded(name))
    found = (await session.scalars(query.limit(2))).all()
    return found[0] if len(found) == 1 else None


async def wanted_ship(session: AsyncSession, owner_id: str, wanted: OfShip) -> ShipRow | None:
    """The owner's ship of this id; else of this IMO number; else of this name."""
    if wanted.id is not None:
        return await owned_ship(session, owner_id, wanted.id)
    if wanted.imo is not None:
        return await ship_by_imo(session, owner_id, wanted.imo)
    return await ship_by_name(session, owner_id, wanted.name) if wanted.name is not None else None


async def owned_ship(session: AsyncSession, owner_id: str, ship_id: str) -> ShipRow | None:
    """The ship of this id, if it is the owner's."""
    row = await session.get(ShipRow, ship_id)
    return row if row is not None and row.owner_id == owner_id else None


async def ships_of(session: AsyncSession, owner_id: str) -> Sequence[ShipRow]:
    """All of the owner's ships, by name."""
    query = select(ShipRow).where(ShipRow.owner_id == owner_id)
    return (await session.scalars(query.order_by(ShipRow.searched_name, ShipRow.id))).all()


async def new_ship(session: AsyncSession, owner_id: str, name: str, imo: str | None) -> ShipRow:
    """Makes a ship; raises ShipThere. Name and number are clean."""
    await _refuse_second(session, owner_id, imo)
    now, searched = await read_clock(session), folded(name)
    row = ShipRow(id=new_id(), owner_id=owner_id, name=name, searched_name=searched, imo=imo, created_at=now)
    session.add(row)
    await session.flush()
    return row


async def change_ship(session: AsyncSession, ship: ShipRow, *, name: str, imo: str | None) -> None:
    """Gives it another name or number; raises ShipThere. Its certificates stay as they are printed."""
    if imo != ship.imo:
        await _refuse_second(session, ship.owner_id, imo)
    if (name, imo) == (ship.name, ship.imo):
        return
    ship.name, ship.searched_name, ship.imo = name, folded(name), imo
    ship.version += 1
    await session.flush()


async def remove_ship(session: AsyncSession, ship: ShipRow) -> None:
    """Deletes a ship without certificates; raises ShipInUse."""
    used = select(CertificateRow.id).where(CertificateRow.ship_id == ship.id).limit(1)
    if await session.scalar(used) is not None:
        raise ShipInUse
    await session.delete(ship)
    await session.flush()


async def fleet(
    session: AsyncSession, owner_id: str, *, text: str | None = None, after: str | None = None, limit: int
) -> Fleet:
    """A page of the owner's ships; `text` is looked for in names and numbers. Two statements. Raises BadCursor."""
    query = select(ShipRow).where(ShipRow.owner_id == owner_id)
    if text:
        query = query.where(
            or_(
                ShipRow.searched_name.contains(folded(text), autoescape=True),
                ShipRow.imo.contains(text, autoescape=True),
            )
        )
    if after is not None:
        query = query.where(tuple_(ShipRow.searched_name, ShipRow.id) > place_of(after))
    rows = (await session.scalars(query.order_by(ShipRow.searched_name, ShipRow.id).limit(limit + 1))).all()
    shown = await shown_ships(session, rows[:limit])
    last = rows[limit - 1] if len(rows) > limit else None
    return Fleet(shown, cursor_at(last.searched_name, last.id) if last else None)


async def shown_ships(session: AsyncSession, rows: Sequence[ShipRow]) -> list[ShipShown]:
    """The ships with their counts. One statement."""
    by_id = {row.id: row for row in rows}
    coming = within((await spans_today(session))[Expiry.VALID])
    next_end = func.min(case((coming, CertificateRow.due)))
    query = select(CertificateRow.ship_id, next_end, func.count(), *await counts_columns(session))
    found = await session.execute(
        query.where(CertificateRow.ship_id.in_(by_id)).group_by(CertificateRow.ship_id)
    )
    known = {
        ship_id: ShipShown(by_id[ship_id], counts_of(numbers), end)
        for ship_id, end, *numbers in map(tuple, found)
    }
    return [known.get(row.id) or ShipShown(row, counts_of([]), None) for row in rows]


async def _refuse_second(session: AsyncSession, owner_id: str, imo: str | None) -> None:
    there = await ship_by_imo(session, owner_id, imo) if imo else None
    if there is not None:
        raise ShipThere(there.id)
