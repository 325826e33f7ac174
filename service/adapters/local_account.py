"""The one user of a server in local mode, and the token that is made for it at the first start."""

import os
import secrets
import socket
from contextlib import suppress
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from service.adapters.database import Database
from service.adapters.records.accounts import forget_labelled, keep_token, make_user
from service.adapters.tables import UserRow
from service.domain.account import Actor
from service.domain.ids import new_id

LOCAL_USER_ID = "00000000-0000-7000-8000-000000000001"
TOKEN_FILE = "token"  # noqa: S105 - the name of a file

_LABEL = "local:"


def local_token(data_dir: Path, given: str | None) -> str:
    """The token in the data folder's file `token` (mode 0600), written there when it is new.

    A token that is given wins over the file's. Processes that start at once agree on one.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = data_dir / TOKEN_FILE
    if given is None:
        with suppress(FileNotFoundError):
            return path.read_text().strip()
    aside = data_dir / f".{TOKEN_FILE}.{new_id()}"
    token = given or "hw_" + secrets.token_urlsafe(32)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(token + "\n")
    if given is not None:
        aside.replace(path)
        return given
    with suppress(FileExistsError):
        os.link(aside, path)
    aside.unlink()
    return path.read_text().strip()


async def open_local_account(db: Database, data_dir: Path, given: str | None) -> Actor:
    """The local user, an admin of its own server, with its token valid and its former ones not.

    A token from a file replaces what this data folder had before; a given one replaces those of all folders.
    """
    token = local_token(data_dir, given)
    label = f"{_LABEL}{socket.gethostname()}:{data_dir}"[:200]
    try:
        return await _settled(db, token, label, given)
    except IntegrityError:
        # Another process made the same user or token at the same moment: now they are there to be found.
        return await _settled(db, token, label, given)


async def _settled(db: Database, token: str, label: str, given: str | None) -> Actor:
    async with db.writing() as session:
        row = await session.get(UserRow, LOCAL_USER_ID)
        user = (
            Actor(row.id, row.name, is_admin=row.role == "admin")
            if row
            else await make_user(session, "local", is_admin=True, user_id=LOCAL_USER_ID)
        )
        await keep_token(session, user.user_id, token, label)
        await forget_labelled(session, user.user_id, _LABEL if given else label, but=token)
    return user
