"""Signing in: a link's one-time code becomes the page's cookie."""

from starlette.requests import Request
from starlette.responses import Response

from service.adapters.database import Database
from service.adapters.records import accounts, pipelines
from service.domain.pipeline import PipelineSpec
from service.gateway.answers import json_answer, json_body
from service.gateway.auth import COOKIE, Auth
from service.gateway.models import LinkAnswer, Nothing, SessionAnswer, SignIn
from service.gateway.operation import EMPTY, Answer, Operation, actor
from service.gateway.receiving import Limits, accepted_extensions
from service.protocol.problems import refused


class SignInOut:
    """The operations under `/api/session`."""

    def __init__(
        self, db: Database, auth: Auth, limits: Limits, version: str, public_url: str | None
    ) -> None:
        self._db = db
        self._auth = auth
        self._limits = limits
        self._version = version
        self._public_url = public_url

    def operations(self) -> list[Operation]:
        """For the routes."""
        path = "/api/session"
        return [
            Operation(
                "POST",
                path,
                self.sign_in,
                "Swaps the one-time code of a link for a cookie.",
                (EMPTY,),
                body=SignIn,
                problems=(400, 413, 422),
                open_to_all=True,
            ),
            Operation("GET", path, self.show, "Who is signed in.", (Answer(200, SessionAnswer),)),
            Operation(
                "DELETE", path, self.sign_out, "Ends the session of the cookie that came along.", (EMPTY,)
            ),
            Operation(
                "POST",
                f"{path}/links",
                self.link,
                "Makes a link that signs in one more device, once, within ten minutes.",
                (Answer(201, LinkAnswer),),
                body=Nothing,
                problems=(400, 413, 422),
            ),
        ]

    async def sign_in(self, request: Request) -> Response:
        """Sets the cookie; a code that is wrong, used or too old is one and the same to who tries it."""
        if "origin" in request.headers:
            self._auth.check_origin(request)
        code = (await json_body(request, SignIn)).code
        async with self._db.writing() as session:
            user = await accounts.use_code(session, code)
            cookie = await accounts.make_session(session, user.user_id) if user else None
        if cookie is None:
            raise refused(401, "code_used")
        answer = Response(status_code=204)
        answer.set_cookie(
            COOKIE,
            cookie,
            max_age=int(accounts.SESSION_SECONDS),
            httponly=True,
            samesite="strict",
            secure=self._is_secure(request),
        )
        return answer

    async def show(self, request: Request) -> Response:
        """The user, the limits of an upload, the version."""
        who = actor(request)
        async with self._db.reading() as session:
            known = await pipelines.known(session)
        return json_answer(
            {
                "user": {"id": who.user_id, "name": who.name, "role": "admin" if who.is_admin else "user"},
                "limits": {
                    "file_bytes": self._limits.file_bytes,
                    "files_per_request": self._limits.files_per_request,
                    "accepts": _accepted_by_any(known),
                },
                "version": self._version,
            }
        )

    async def sign_out(self, request: Request) -> Response:
        """Only the credentials that came with the request end; other devices stay signed in."""
        if cookie := request.cookies.get(COOKIE):
            async with self._db.writing() as session:
                await accounts.forget(session, cookie)
        answer = Response(status_code=204)
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=self._is_secure(request))
        return answer

    async def link(self, request: Request) -> Response:
        """The code stands in the fragment: no server and no log on the way gets to see it."""
        await json_body(request, Nothing)
        async with self._db.writing() as session:
            made = await accounts.make_code(session, actor(request).user_id)
        place = self._public_url or str(request.base_url).rstrip("/")
        return json_answer({"url": f"{place}/#code={made.code}", "expires_at": made.expires_at}, 201)

    def _is_secure(self, request: Request) -> bool:
        return request.url.scheme == "https" or (self._public_url or "").startswith("https://")


def _accepted_by_any(known: dict[str, PipelineSpec]) -> list[str]:
    return sorted({ending for spec in known.values() for ending in accepted_extensions(spec)})
