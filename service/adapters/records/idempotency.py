"""The first answers to requests that carried an Idempotency-Key, for a day."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from service.adapters.clock import db_now, read_clock
from service.adapters.database import Database
from service.adapters.records import taken_files
from service.adapters.tables import IdempotencyRow
from service.domain.ids import new_id

KEPT_SECONDS = 24 * 3600.0
LEASE_SECONDS = 5.0
"""A first request that was not renewed for so long is dead with its process, and the next one is the first."""


@dataclass(frozen=True)
class FirstAnswer:
    """What the first request was (a fingerprint in hex) and what it was answered; `answer` is None until it ended."""

    fingerprint: str
    status: int | None
    answer: bytes | None


@dataclass(frozen=True)
class FirstRequest:
    """The claim of a first request. What a process does that was taken for dead and is not, changes nothing."""

    owner_id: str
    key: str
    token: str


async def claim(db: Database, owner_id: str, key: str) -> FirstRequest | FirstAnswer:
    """The claim, for the first request with this key: it must `renew` it while it lives, then `keep` or `release` it.

    For any other what the first one is at.
    """
    mine = FirstRequest(owner_id, key, new_id())
    try:
        async with db.writing() as session:
            now = await read_clock(session)
            await session.execute(
                delete(IdempotencyRow).where(IdempotencyRow.created_at < now - KEPT_SECONDS)
            )
            await taken_files.forget_older(session, now - KEPT_SECONDS)
            row = await session.get(IdempotencyRow, (owner_id, key))
            if row is None:
                session.add(
                    IdempotencyRow(owner_id=owner_id, key=key, fingerprint=mine.token, created_at=now)
                )
                await session.flush()
                return mine
            if row.answer is None and row.created_at < now - LEASE_SECONDS:
                taken = await session.execute(
                    update(IdempotencyRow)
                    .where(*_is(FirstRequest(owner_id, key, row.fingerprint)))
                    .values(fingerprint=mine.token, created_at=now)
                    .returning(IdempotencyRow.key)
                    .execution_options(synchronize_session=False)
                )
                if taken.first() is not None:
                    return mine
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


async def renew(db: Database, live: Collection[FirstRequest]) -> None:
    """These first requests live: a sign of all that a process has, in one statement."""
    async with db.writing() as session:
        await session.execute(
            update(IdempotencyRow)
            .where(
                tuple_(IdempotencyRow.owner_id, IdempotencyRow.key).in_(
                    [(each.owner_id, each.key) for each in live]
                ),
                IdempotencyRow.fingerprint.in_([each.token for each in live]),
                IdempotencyRow.answer.is_(None),
            )
            .values(created_at=db_now())
        )


async def keep(db: Database, first: FirstRequest, what: FirstAnswer) -> None:
    """The first request has been answered so."""
    async with db.writing(durable=True) as session:
        await session.execute(
            update(IdempotencyRow)
            .where(*_is(first))
            .values(
                fingerprint=what.fingerprint,
                status=what.status,
                answer=what.answer.decode() if what.answer is not None else None,
            )
        )
        await taken_files.forget(session, first.owner_id, first.key)


async def release(db: Database, first: FirstRequest) -> None:
    """The first request came to nothing that is worth repeating; the next one is the first."""
    async with db.writing() as session:
        await session.execute(delete(IdempotencyRow).where(*_is(first)))


def _is(first: FirstRequest) -> tuple[ColumnElement[bool], ...]:
    """Until it is answered, the row holds the token of its claim where the fingerprint will be."""
    return (
        IdempotencyRow.owner_id == first.owner_id,
        IdempotencyRow.key == first.key,
        IdempotencyRow.fingerprint == first.token,
        IdempotencyRow.answer.is_(None),
    )
