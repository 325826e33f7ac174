"""Documents: what was uploaded, as a file, as images of its pages, and gone for good."""

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response

from service.adapters.blob_store import BlobStore
from service.adapters.commands import Commands
from service.adapters.database import Database
from service.adapters.tables import DocumentRow, JobRow
from service.domain.document import HIGHEST_PAGE, MEDIA_TYPES, Kind
from service.domain.ids import is_id
from service.gateway.answers import json_answer
from service.gateway.files import file_answer
from service.gateway.models import DocumentAnswer
from service.gateway.operation import EMPTY, Answer, Operation, Parameter, actor
from service.gateway.page_images import PageImages
from service.gateway.security import CONTENT_POLICY
from service.protocol.problems import refused

_WIDTHS = range(100, 2001)
_WIDTH_STEP = 100
_WIDTH = 800


class Documents:
    """The operations under `/api/documents`. A document of somebody else is not there."""

    def __init__(self, db: Database, blobs: BlobStore, commands: Commands, images: PageImages) -> None:
        self._db = db
        self._blobs = blobs
        self._commands = commands
        self._images = images

    def operations(self) -> list[Operation]:
        """For the routes."""
        one = "/api/documents/{document_id}"
        return [
            Operation(
                "GET", one, self.show, "What was uploaded.", (Answer(200, DocumentAnswer),), problems=(404,)
            ),
            Operation(
                "DELETE",
                one,
                self.delete,
                "Deletes a document with its jobs and results.",
                (EMPTY,),
                problems=(404, 409),
            ),
            Operation(
                "GET",
                f"{one}/content",
                self.content,
                "The file as it was uploaded.",
                tuple(
                    Answer(status, media_type=each)
                    for status in (200, 206)
                    for each in dict.fromkeys(MEDIA_TYPES.values())
                ),
                problems=(404, 416),
            ),
            Operation(
                "GET",
                f"{one}/pages/{{number}}.png",
                self.page_image,
                "A page as an image.",
                (Answer(media_type="image/png"),),
                parameters=(Parameter("width", "pixels, 100 to 2000, rounded up to hundreds", "integer"),),
                problems=(404, 422),
            ),
        ]

    async def show(self, request: Request) -> Response:
        """The document and the ids of its jobs, oldest first."""
        row = await self._document(request)
        async with self._db.reading() as session:
            jobs = await session.scalars(
                select(JobRow.id).where(JobRow.document_id == row.id).order_by(JobRow.id)
            )
            ids = list(jobs)
        return json_answer(
            {
                "id": row.id,
                "name": row.name,
                "kind": row.kind,
                "size": row.size,
                "sha256": row.sha256,
                "page_count": row.page_count,
                "owner_id": row.owner_id,
                "created_at": row.created_at,
                "jobs": ids,
            }
        )

    async def delete(self, request: Request) -> Response:
        """Deletes it; repeating it finds nothing."""
        row = await self._document(request)
        await self._commands.delete_document(row.id, actor(request))
        return Response(status_code=204)

    async def content(self, request: Request) -> Response:
        """The original."""
        row = await self._document(request)
        return await file_answer(
            request, self._blobs, f"{row.owner_id}/{row.id}", row.name, MEDIA_TYPES[Kind(row.kind)]
        )

    async def page_image(self, request: Request) -> Response:
        """The image, from the blob store or made by a worker now."""
        row = await self._document(request)
        number = _number(request.path_params["number"])
        width = _number(request.query_params.get("width") or str(_WIDTH))
        if width not in _WIDTHS:
            raise refused(422, "bad_request", reason=f"width is {_WIDTHS.start} to {_WIDTHS.stop - 1}")
        if not 1 <= number <= (row.page_count or HIGHEST_PAGE):
            raise refused(404, "not_found")
        # Few sizes, so that the same page is not rendered and kept once for every size of window.
        image = await self._images.image(row.id, number, -(-width // _WIDTH_STEP) * _WIDTH_STEP)
        return Response(
            image,
            media_type="image/png",
            headers={"Cache-Control": "private, max-age=3600", "Content-Security-Policy": CONTENT_POLICY},
        )

    async def _document(self, request: Request) -> DocumentRow:
        document_id = request.path_params["document_id"]
        row = None
        if is_id(document_id):
            async with self._db.reading() as session:
                row = await session.get(DocumentRow, document_id)
        who = actor(request)
        if row is None or not (who.is_admin or row.owner_id == who.user_id):
            raise refused(404, "not_found")
        return row


def _number(text: str) -> int:
    """The number, or 0 for what is none: `int` would take spaces, signs and other scripts' digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
