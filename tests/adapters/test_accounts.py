"""Who a secret makes you, for how long, and how often."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from service.adapters.database import Database
from service.adapters.local_account import LOCAL_USER_ID, local_token, open_local_account
from service.adapters.records import accounts
from service.adapters.tables import SignInCodeRow, TokenRow
from service.domain.account import Actor


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    one = Database(database_url)
    await one.migrate()
    yield one
    await one.close()


async def who(db: Database, token: str, kind: accounts.TokenKind = "bearer") -> Actor | None:
    async with db.reading() as session:
        return await accounts.user_of(session, token, kind)


async def test_a_token_is_its_users_until_it_is_forgotten(db: Database) -> None:
    async with db.writing() as session:
        ann = await accounts.make_user(session, "Ann")
        root = await accounts.make_user(session, "Root", is_admin=True)
        anns = await accounts.make_token(session, ann.user_id, "laptop")
        other = await accounts.make_token(session, ann.user_id)
        roots = await accounts.make_token(session, root.user_id)
    assert await who(db, anns) == await who(db, other) == ann
    assert await who(db, roots) == root
    assert (ann.is_admin, root.is_admin) == (False, True)
    assert await who(db, anns + "x") is None
    assert await who(db, anns, "session") is None, "a token is no cookie"
    async with db.writing() as session:
        await accounts.forget(session, anns)
    assert [await who(db, anns), await who(db, other)] == [None, ann]


async def test_a_session_ends_after_ninety_days(db: Database) -> None:
    async with db.writing() as session:
        ann = await accounts.make_user(session, "Ann")
        cookie = await accounts.make_session(session, ann.user_id)
    assert await who(db, cookie, "session") == ann
    assert await who(db, cookie) is None, "a cookie is no token"
    async with db.writing() as session:
        await session.execute(
            update(TokenRow).values(expires_at=TokenRow.expires_at - accounts.SESSION_SECONDS)
        )
    assert await who(db, cookie, "session") is None


async def test_only_sums_are_kept(db: Database) -> None:
    async with db.writing() as session:
        ann = await accounts.make_user(session, "Ann")
        secrets = [
            await accounts.make_token(session, ann.user_id),
            await accounts.make_session(session, ann.user_id),
            (await accounts.make_code(session, ann.user_id)).code,
        ]
    async with db.reading() as session:
        kept = [
            *await session.scalars(select(TokenRow.hash)),
            *await session.scalars(select(SignInCodeRow.hash)),
        ]
    assert len(kept) == 3
    assert not set(kept) & set(secrets)
    assert all(len(each) == 64 for each in kept)


async def test_a_code_signs_in_one_of_many_who_try_at_once(db: Database) -> None:
    async with db.writing() as session:
        ann = await accounts.make_user(session, "Ann")
        code = (await accounts.make_code(session, ann.user_id)).code

    async def attempt() -> Actor | None:
        async with db.writing() as session:
            return await accounts.use_code(session, code)

    answers = await asyncio.gather(*(attempt() for _ in range(8)))
    assert [each for each in answers if each] == [ann]
    assert await attempt() is None


async def test_a_code_is_too_old_after_ten_minutes(db: Database) -> None:
    async with db.writing() as session:
        ann = await accounts.make_user(session, "Ann")
        made = await accounts.make_code(session, ann.user_id)
        await session.flush()
        await session.execute(
            update(SignInCodeRow).values(expires_at=SignInCodeRow.expires_at - accounts.CODE_SECONDS)
        )
        assert await accounts.use_code(session, made.code) is None
        assert await accounts.use_code(session, "nonsense") is None


async def test_the_first_start_makes_a_user_and_a_token_and_the_next_finds_them(
    db: Database, tmp_path: Path
) -> None:
    users = await asyncio.gather(*(open_local_account(db, tmp_path / "data", None) for _ in range(4)))
    user = users[0]
    file = tmp_path / "data/token"
    assert (user.user_id, user.is_admin) == (LOCAL_USER_ID, True)
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]
    assert await who(db, file.read_text().strip()) == user
    first = file.read_text()
    assert await open_local_account(db, tmp_path / "data", None) == user
    assert file.read_text() == first


async def test_removing_the_file_replaces_the_token(db: Database, tmp_path: Path) -> None:
    user = await open_local_account(db, tmp_path, None)
    first = (tmp_path / "token").read_text().strip()
    (tmp_path / "token").unlink()
    await open_local_account(db, tmp_path, None)
    assert await who(db, first) is None
    assert await who(db, (tmp_path / "token").read_text().strip()) == user


async def test_a_given_token_is_the_only_one(db: Database, tmp_path: Path) -> None:
    await open_local_account(db, tmp_path, None)
    first = (tmp_path / "token").read_text().strip()
    user = await open_local_account(db, tmp_path, "given-by-the-operator")
    assert await who(db, "given-by-the-operator") == user
    assert await who(db, first) is None
    assert (tmp_path / "token").read_text().strip() == "given-by-the-operator"
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600


async def test_processes_that_start_at_once_agree_on_one_token(tmp_path: Path) -> None:
    tokens = await asyncio.gather(*(asyncio.to_thread(local_token, tmp_path, None) for _ in range(8)))
    assert len(set(tokens)) == 1
