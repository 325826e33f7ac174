"""Who sockets belong to, looked at again and again: once for all sockets that came in with the same credentials."""

import asyncio
import random
from collections.abc import Callable
from typing import Protocol

import structlog
from starlette.requests import HTTPConnection

from service.domain.account import Actor

FRESH_SECONDS = 5.0
"""How old an answer may be by which a topic is let in."""

_AT_ONCE = 4
_TELLING = (b"authorization", b"cookie")

Credentials = tuple[tuple[bytes, bytes], ...]

_log = structlog.get_logger()


class WhoAsks(Protocol):
    """Who is at the other end, and whether the page there may speak for them."""

    async def who(self, connection: HTTPConnection) -> Actor | None:
        """The user of valid credentials."""
        ...

    def allows_origin(self, connection: HTTPConnection) -> bool:
        """Whether the page that opened the connection may act."""
        ...


class Login:
    """One user's credentials, and the user that they stood for when they were last looked at."""

    def __init__(self, credentials: Credentials, user: Actor, logins: "Logins") -> None:
        self.credentials = credentials
        self.user = user
        self.sockets = 0
        self.next_at = 0.0
        self.looked_at = logins.now()
        self._logins = logins
        self._looking: asyncio.Task[Actor | None] | None = None

    async def now(self, oldest_seconds: float = FRESH_SECONDS) -> Actor | None:
        """The user as of so long ago at most; None when the credentials are not valid any more.

        A database that is away changes nobody's rights.
        """
        if self._logins.now() - self.looked_at < oldest_seconds:
            return self.user
        try:
            return await self._look()
        except Exception:  # noqa: BLE001 - whatever keeps it from answering
            _log.warning("rights_unknown", user_id=self.user.user_id, exc_info=True)
            return self.user

    async def _look(self) -> Actor | None:
        """Whoever asks at the same time shares the answer."""
        if self._looking is None:
            self._looking = asyncio.ensure_future(self._logins.look(self))
            self._looking.add_done_callback(self._looked)
        return await asyncio.shield(self._looking)

    def _looked(self, looking: "asyncio.Task[Actor | None]") -> None:
        self._looking = None
        if not looking.cancelled():
            # Who asked may have left before the answer; an error that nobody hears of is none.
            looking.exception()


class Logins:
    """All credentials with which sockets are connected. `changed(login, user)` tells of those that stand for somebody
    else now, for the same user with another name or other rights, or, with None, for nobody."""

    def __init__(
        self,
        auth: WhoAsks,
        every_seconds: float,
        changed: Callable[[Login, Actor | None], None],
    ) -> None:
        self._auth = auth
        self._every = every_seconds
        self._changed = changed
        self._known: dict[Credentials, Login] = {}

    def now(self) -> float:
        """Seconds of the event loop's clock."""
        return asyncio.get_running_loop().time()

    def join(self, connection: HTTPConnection, user: Actor) -> Login:
        """One more socket, whose credentials were found to be the user's a moment ago."""
        credentials = tuple(pair for pair in connection.scope["headers"] if pair[0] in _TELLING)
        login = self._known.get(credentials)
        if login is None:
            login = self._known[credentials] = Login(credentials, user, self)
            # Spread, so that what connected together is not looked at together.
            login.next_at = self.now() + random.uniform(0.5, 1.0) * self._every
        else:
            self._learn(login, user)
        login.sockets += 1
        return login

    def leave(self, login: Login) -> None:
        """One socket less."""
        login.sockets -= 1
        if not login.sockets:
            self._known.pop(login.credentials, None)

    async def keep_looking(self) -> None:
        """Looks at all of them, each once in so many seconds, until cancelled."""
        gate = asyncio.Semaphore(_AT_ONCE)

        async def look(login: Login) -> None:
            async with gate:
                await login.now(0.0)

        while True:
            await asyncio.sleep(min(1.0, self._every / 4))
            now = self.now()
            due = [each for each in self._known.values() if now >= each.next_at]
            for login in due:
                login.next_at = now + self._every
            await asyncio.gather(*(look(each) for each in due))

    async def look(self, login: Login) -> Actor | None:
        """Looks at one, and tells when something has changed."""
        scope = {"type": "http", "headers": list(login.credentials)}
        user = await self._auth.who(HTTPConnection(scope))
        self._learn(login, user)
        return user

    def _learn(self, login: Login, user: Actor | None) -> None:
        login.looked_at = self.now()
        known, login.user = login.user, user or login.user
        if user != known:
            self._changed(login, user)
