"""Who asks: a bearer token, or the page's cookie."""

from starlette.requests import HTTPConnection, Request

from service.adapters.database import Database
from service.adapters.records import accounts
from service.domain.account import Actor
from service.gateway.origins import Origins
from service.protocol.problems import refused

COOKIE = "headway_session"

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LONGEST_SECRET = 500


class Auth:
    """Knows users by their secrets. A bearer token wins over a cookie."""

    def __init__(self, db: Database, origins: Origins) -> None:
        self._db = db
        self._origins = origins

    async def who(self, connection: HTTPConnection) -> Actor | None:
        """Whose credentials came with a request or a handshake; None when there are none that are valid.

        Whether the page that sent the cookie may act is not looked at here.
        """
        if token := bearer(connection):
            return await self._user(token, "bearer")
        if cookie := connection.cookies.get(COOKIE):
            return await self._user(cookie, "session")
        return None

    async def signed_in(self, request: Request) -> Actor:
        """Who asks; raises Refused with 401, or with 403 for a cookie that another site's page sent along."""
        found = await self.who(request)
        if found is None:
            raise refused(401, "sign_in")
        if request.method not in _SAFE and not bearer(request):
            self.check_origin(request)
        return found

    def check_origin(self, request: Request) -> None:
        """Raises Refused unless the request comes from a page that may act."""
        if not self.allows_origin(request):
            raise refused(403, "bad_origin")

    def allows_origin(self, connection: HTTPConnection) -> bool:
        """Whether the page that sent this request or handshake may act."""
        return self._origins.allows(connection.headers.get("origin"), connection.headers.get("host"))

    async def _user(self, secret: str, kind: accounts.TokenKind) -> Actor | None:
        if len(secret) > _LONGEST_SECRET:
            return None
        async with self._db.reading() as session:
            return await accounts.user_of(session, secret, kind)


def bearer(connection: HTTPConnection) -> str | None:
    """The token of the header `Authorization: Bearer …`."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
