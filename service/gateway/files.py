"""Files that users uploaded or that were made of them: for keeping, never for running."""

import hashlib
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from service.adapters.blob_store import BlobMissing, BlobStore
from service.domain.document import display_name
from service.gateway.operation import Answer
from service.gateway.ranges import part_of
from service.gateway.security import CONTENT_POLICY

FILE = (Answer(media_type="*/*"), Answer(206, media_type="*/*"))
"""What `file_answer` answers with; beside 404 its problem is 416."""


async def file_answer(
    request: Request, blobs: BlobStore, key: str, name: str, media_type: str, *, inline: bool = False
) -> Response:
    """The blob under this name, or the part of it that is asked for; raises BlobMissing."""
    size = await blobs.size(key)
    if size is None:
        raise BlobMissing(key)
    # What is stored under a key never changes.
    etag = f'"{hashlib.sha256(f"{key} {size}".encode()).hexdigest()[:32]}"'
    part = part_of(request.headers, size, etag) if request.method == "GET" else None
    sent = part or range(size)
    told = {"Content-Range": f"bytes {sent.start}-{sent.stop - 1}/{size}"} if part else {}
    return StreamingResponse(
        blobs.chunks(key, sent.start, sent.stop),
        206 if part else 200,
        media_type=media_type,
        headers={
            **told,
            "Accept-Ranges": "bytes",
            "ETag": etag,
            "Content-Length": str(len(sent)),
            "Content-Disposition": disposition(name, inline=inline),
            "Content-Security-Policy": CONTENT_POLICY,
            "Cache-Control": "private, no-cache",
        },
    )


def disposition(name: str, *, inline: bool = False) -> str:
    """A `Content-Disposition` (RFC 6266) with a name that no header and no file system misreads."""
    shown = display_name(name)
    plain = "".join(c if " " <= c <= "~" and c not in '"\\%/:*?<>|' else "_" for c in shown)
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(shown, safe='')}"
