"""The page's own files, cached for ever when asked for by the hash of their content, else looked at again each time."""

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from service.gateway.operation import Answer, Operation
from service.protocol.problems import refused

_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class _File:
    changed: tuple[int, int]
    content: bytes
    hash: str


class StaticFiles:
    """Serves the files of one folder and, for the page's addresses, its `index.html`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._known: dict[Path, _File] = {}

    def operations(self) -> list[Operation]:
        """For the routes."""
        page = (Answer(media_type="text/html"), Answer(304, media_type=None))
        files = (
            *(Answer(media_type=each.split(";")[0]) for each in _MEDIA_TYPES.values()),
            Answer(304, media_type=None),
        )
        return [
            *(
                Operation("GET", path, self.page, "The page.", page, open_to_all=True)
                for path in (
                    "/",
                    "/jobs/{job_id}",
                    "/certificates",
                    "/certificates/{certificate_id}",
                    "/ships",
                    "/admin",
                )
            ),
            Operation(
                "GET",
                "/static/{path:path}",
                self.file,
                "A file of the page.",
                files,
                problems=(404,),
                open_to_all=True,
            ),
        ]

    async def page(self, request: Request) -> Response:
        """The page itself; what it shows it reads from its address."""
        return await self._answer(request, self._folder / "index.html")

    async def file(self, request: Request) -> Response:
        """A file by its path below the folder."""
        try:
            path = (self._folder / request.path_params["path"]).resolve()
        except (ValueError, OSError):
            raise refused(404, "not_found") from None
        if not path.is_relative_to(self._folder) or path.suffix not in _MEDIA_TYPES:
            raise refused(404, "not_found")
        return await self._answer(request, path)

    async def _answer(self, request: Request, path: Path) -> Response:
        try:
            file = await asyncio.to_thread(self._read, path)
        except (OSError, ValueError):
            raise refused(404, "not_found") from None
        etag = f'"{file.hash}"'
        fits = request.query_params.get("v") == file.hash
        headers = {"ETag": etag, "Cache-Control": _FOR_EVER if fits else "no-cache"}
        seen = {
            each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")
        }
        if etag in seen or "*" in seen:
            return Response(status_code=304, headers=headers)
        return Response(file.content, headers={**headers, "Content-Type": _MEDIA_TYPES[path.suffix]})

    def _read(self, path: Path) -> _File:
        stat = path.stat()
        changed = (stat.st_mtime_ns, stat.st_size)
        known = self._known.get(path)
        if known is None or known.changed != changed:
            content = path.read_bytes()
            known = _File(changed, content, hashlib.sha256(content).hexdigest()[:16])
            self._known[path] = known
        return known
