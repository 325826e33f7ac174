"""Lists of certificates from SQL: as many statements for ten rows as for a hundred thousand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVarTuple

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.record_tables import CertificateRow, ShipRow
from service.adapters.records.cursors import cursor_at, place_of
from service.adapters.records.expiring import counts_columns, counts_of, spans_today, within
from service.domain.document import folded
from service.domain.records.expiry import Expiry

Columns = TypeVarTuple("Columns")
SortedBy = Literal["valid_until", "created"]


@dataclass(frozen=True)
class Wanted:
    """Which of an owner's certificates; None is all. `text` is looked for in what is on them and in their ships' names
    and numbers."""

    owner_id: str
    ship_id: str | None = None
    expiry: Expiry | None = None
    category: str | None = None
    text: str | None = None


@dataclass(frozen=True)
class Shown:
    """A certificate and its ship."""

    row: CertificateRow
    ship: ShipRow


@dataclass(frozen=True)
class CertificatesPage:
    """Certificates; `next` is the cursor of the page after this one, None when there is none."""

    items: list[Shown]
    next: str | None


async def page(
    session: AsyncSession, wanted: Wanted, sorted_by: SortedBy, limit: int, after: str | None = None
) -> CertificatesPage:
    """By `valid_until`: what ends first, those without a date last; by `created`: the newest first. One statement.

    Raises BadCursor.
    """
    query = await _matching(session, select(CertificateRow, ShipRow), wanted)
    query = query.join(ShipRow, ShipRow.id == CertificateRow.ship_id).limit(limit + 1)
    place = place_of(after) if after is not None else None
    if sorted_by == "created":
        query = query.order_by(CertificateRow.id.desc())
        if place is not None:
            query = query.where(CertificateRow.id < place[1])
    else:
        query = query.order_by(CertificateRow.due, CertificateRow.id)
        if place is not None:
            query = query.where(tuple_(CertificateRow.due, CertificateRow.id) > place)
    found = [Shown(row, ship) for row, ship in (await session.execute(query)).all()]
    last = found[limit - 1].row if len(found) > limit else None
    return CertificatesPage(found[:limit], cursor_at(last.due, last.id) if last else None)


async def counts(session: AsyncSession, wanted: Wanted) -> dict[str, int]:
    """How many match all but `expiry`, in all and by when they end. One statement."""
    query = select(func.count(), *await counts_columns(session)).where(*_conditions(wanted))
    return counts_of((await session.execute(query)).one())


async def piece(session: AsyncSession, wanted: Wanted, after: str, limit: int) -> Sequence[Shown]:
    """So many certificates in the order in which they were made, from behind the one of that id. One statement."""
    query = await _matching(session, select(CertificateRow, ShipRow), wanted)
    query = query.join(ShipRow, ShipRow.id == CertificateRow.ship_id).where(CertificateRow.id > after)
    rows = await session.execute(query.order_by(CertificateRow.id).limit(limit))
    return [Shown(row, ship) for row, ship in rows.all()]


async def shown(session: AsyncSession, certificate_id: str) -> Shown | None:
    """The certificate of this id, whoever's it is."""
    query = select(CertificateRow, ShipRow).join(ShipRow, ShipRow.id == CertificateRow.ship_id)
    found = (await session.execute(query.where(CertificateRow.id == certificate_id))).one_or_none()
    return Shown(*found) if found is not None else None


async def categories(session: AsyncSession, owner_id: str) -> list[str]:
    """All categories that the owner's certificates have."""
    query = select(CertificateRow.category).where(
        CertificateRow.owner_id == owner_id, CertificateRow.category.is_not(None)
    )
    return sorted(each for each in await session.scalars(query.distinct()) if each is not None)


async def _matching(session: AsyncSession, query: Select[*Columns], wanted: Wanted) -> Select[*Columns]:
    query = query.where(*_conditions(wanted))
    if wanted.expiry is None:
        return query
    return query.where(within((await spans_today(session))[wanted.expiry]))


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [CertificateRow.owner_id == wanted.owner_id]
    if wanted.ship_id is not None:
        conditions.append(CertificateRow.ship_id == wanted.ship_id)
    if wanted.category is not None:
        conditions.append(CertificateRow.category == wanted.category)
    if wanted.text:
        text = folded(wanted.text)
        ships = select(ShipRow.id).where(
            ShipRow.owner_id == wanted.owner_id,
            or_(
                ShipRow.searched_name.contains(text, autoescape=True),
                ShipRow.imo.contains(text, autoescape=True),
            ),
        )
        conditions.append(
            or_(
                CertificateRow.searched.contains(text, autoescape=True),
                CertificateRow.ship_id.in_(ships),
            )
        )
    return conditions
