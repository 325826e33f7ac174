"""The first answers to requests that carried an Idempotency-Key, for a day."""

from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from service.adapters.clock import db_now, read_clock
from service.adapters.database import Database
from service.adapters.tables import IdempotencyRow

KEPT_SECONDS = 24 * 3600.0
SILENT_SECONDS = 60.0
"""A first request that gave no sign of life for so long is taken to be dead, and the next one is the first."""


@dataclass(frozen=True)
class FirstAnswer:
    """What the first request was (a fingerprint in hex) and what it was answered; `answer` is None until it ended."""

    fingerprint: str
    status: int | None
    answer: bytes | None


async def claim(db: Database, owner_id: str, key: str) -> FirstAnswer | None:
    """None for the first request with this key, which must then `keep` or `release` it.

    For any other what the first one is at.
    """
    try:
        async with db.writing() as session:
            now = await read_clock(session)
            await session.execute(
                delete(IdempotencyRow).where(IdempotencyRow.created_at < now - KEPT_SECONDS)
            )
            row = await session.get(IdempotencyRow, (owner_id, key))
            if row is None:
                session.add(IdempotencyRow(owner_id=owner_id, key=key, fingerprint="", created_at=now))
                await session.flush()
                return None
            if row.answer is None and row.created_at < now - SILENT_SECONDS:
                row.created_at = now
                return None
    except IntegrityError:
        return FirstAnswer("", None, None)
    return FirstAnswer(row.fingerprint, row.status, row.answer.encode() if row.answer is not None else None)


async def find(db: Database, owner_id: str, key: str) -> FirstAnswer | None:
    """What the first request is at; None when it was released."""
    async with db.reading() as session:
        row = await session.scalar(
            select(IdempotencyRow).where(IdempotencyRow.owner_id == owner_id, IdempotencyRow.key == key)
        )
    if row is None:
        return None
    return FirstAnswer(row.fingerprint, row.status, row.answer.encode() if row.answer is not None else None)


async def stay(db: Database, owner_id: str, key: str) -> None:
    """A sign of life of the first request."""
    async with db.writing() as session:
        await session.execute(
            update(IdempotencyRow)
            .where(
                IdempotencyRow.owner_id == owner_id,
                IdempotencyRow.key == key,
                IdempotencyRow.answer.is_(None),
            )
            .values(created_at=db_now())
        )


async def keep(db: Database, owner_id: str, key: str, first: FirstAnswer) -> None:
    """The first request has been answered so."""
    async with db.writing(durable=True) as session:
        await session.execute(
            update(IdempotencyRow)
            .where(IdempotencyRow.owner_id == owner_id, IdempotencyRow.key == key)
            .values(
                fingerprint=first.fingerprint,
                status=first.status,
                answer=first.answer.decode() if first.answer is not None else None,
            )
        )


async def release(db: Database, owner_id: str, key: str) -> None:
    """The first request came to nothing that is worth repeating; the next one is the first."""
    async with db.writing() as session:
        await session.execute(
            delete(IdempotencyRow).where(
                IdempotencyRow.owner_id == owner_id,
                IdempotencyRow.key == key,
                IdempotencyRow.answer.is_(None),
            )
        )
