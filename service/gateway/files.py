"""Files that users uploaded or that were made of them: for keeping, never for running."""

from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from service.adapters.blob_store import BlobMissing, BlobStore
from service.domain.document import display_name
from service.gateway.security import CONTENT_POLICY


async def file_answer(
    blobs: BlobStore, key: str, name: str, media_type: str, *, inline: bool = False
) -> Response:
    """The blob under this name; raises BlobMissing."""
    size = await blobs.size(key)
    if size is None:
        raise BlobMissing(key)
    return StreamingResponse(
        blobs.chunks(key, 0, size),
        media_type=media_type,
        headers={
            "Content-Length": str(size),
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
