"""Users, and the three ways to be one: a bearer token, a session cookie, a one-time code that becomes a cookie.

Only SHA-256 sums are kept. Secrets are 256 random bits, so looking up their sum tells nothing by its timing.
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.clock import db_now, read_clock
from service.adapters.tables import SignInCodeRow, TokenRow, UserRow
from service.domain.account import Actor
from service.domain.ids import new_id

SESSION_SECONDS = 90 * 24 * 3600.0
CODE_SECONDS = 600.0

TokenKind = Literal["bearer", "session"]


@dataclass(frozen=True)
class SignInCode:
    """A code to be swapped for a session once, until `expires_at`."""

    code: str
    expires_at: float


async def make_user(
    session: AsyncSession, name: str, *, is_admin: bool = False, user_id: str | None = None
) -> Actor:
    """A new account."""
    row = UserRow(
        id=user_id or new_id(),
        name=name,
        role="admin" if is_admin else "user",
        created_at=await read_clock(session),
    )
    session.add(row)
    await session.flush()
    return _actor(row)


async def make_token(session: AsyncSession, user_id: str, label: str = "") -> str:
    """A new bearer token, told only here; valid until it is forgotten."""
    token = "hw_" + secrets.token_urlsafe(32)
    await keep_token(session, user_id, token, label)
    return token


async def keep_token(session: AsyncSession, user_id: str, token: str, label: str) -> None:
    """Makes a token that was chosen elsewhere valid for the user, and for no one else."""
    await session.merge(
        TokenRow(
            hash=_sum(token),
            user_id=user_id,
            kind="bearer",
            label=label,
            created_at=await read_clock(session),
        )
    )


async def make_session(session: AsyncSession, user_id: str) -> str:
    """A new session for a cookie, valid for SESSION_SECONDS; expired ones are removed."""
    now = await read_clock(session)
    await session.execute(delete(TokenRow).where(TokenRow.expires_at < now))
    token = secrets.token_urlsafe(32)
    session.add(
        TokenRow(
            hash=_sum(token),
            user_id=user_id,
            kind="session",
            label="",
            created_at=now,
            expires_at=now + SESSION_SECONDS,
        )
    )
    return token


async def user_of(session: AsyncSession, token: str, kind: TokenKind) -> Actor | None:
    """Whose valid token of this kind it is. One statement."""
    row = await session.scalar(
        select(UserRow)
        .join(TokenRow, TokenRow.user_id == UserRow.id)
        .where(
            TokenRow.hash == _sum(token),
            TokenRow.kind == kind,
            or_(TokenRow.expires_at.is_(None), TokenRow.expires_at > db_now()),
        )
    )
    return _actor(row) if row else None


async def forget(session: AsyncSession, token: str) -> None:
    """The token is nobody's from now on."""
    await session.execute(delete(TokenRow).where(TokenRow.hash == _sum(token)))


async def forget_labelled(session: AsyncSession, user_id: str, prefix: str, *, but: str) -> None:
    """Forgets the user's bearer tokens with labels that begin so, except one."""
    await session.execute(
        delete(TokenRow).where(
            TokenRow.user_id == user_id,
            TokenRow.kind == "bearer",
            TokenRow.label.startswith(prefix, autoescape=True),
            TokenRow.hash != _sum(but),
        )
    )


async def make_code(session: AsyncSession, user_id: str) -> SignInCode:
    """A code that signs in once, within CODE_SECONDS; expired ones are removed."""
    now = await read_clock(session)
    await session.execute(delete(SignInCodeRow).where(SignInCodeRow.expires_at < now))
    code = secrets.token_urlsafe(24)
    session.add(SignInCodeRow(hash=_sum(code), user_id=user_id, expires_at=now + CODE_SECONDS))
    return SignInCode(code, now + CODE_SECONDS)


async def use_code(session: AsyncSession, code: str) -> Actor | None:
    """Whose code it was; of any number who try it at once only one is told, and never again."""
    user_id = await session.scalar(
        update(SignInCodeRow)
        .where(
            SignInCodeRow.hash == _sum(code),
            SignInCodeRow.used_at.is_(None),
            SignInCodeRow.expires_at > db_now(),
        )
        .values(used_at=db_now())
        .returning(SignInCodeRow.user_id)
    )
    row = await session.get(UserRow, user_id) if user_id else None
    return _actor(row) if row else None


def _sum(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _actor(row: UserRow) -> Actor:
    return Actor(row.id, row.name, is_admin=row.role == "admin")
