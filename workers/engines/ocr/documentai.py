"""Google Document AI: a group of pages as PDF goes out, lines with boxes come back."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from workers.engines.failures import EngineFailed
from workers.engines.ocr.documentai_errors import trouble_of
from workers.engines.ocr.documentai_reply import ENGINE, FIELDS, Nonsense, pages_of
from workers.engines.ocr.port import OcrRequest
from workers.engines.pace import Pace
from workers.engines.page import Page
from workers.engines.persistence import Persistence, answer_of

SHOWN_NAME = "Google Document AI"
_PLAIN = "http://"
_SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
_MEGABYTE = 1_000_000
_ONLINE_PAGES = 15
# Answers about dense pages pass gRPC's limit of 4 MiB; -1 lifts it, as the client does for its own channels.
_CHANNEL_OPTIONS = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))


@dataclass(frozen=True, slots=True)
class DocumentAiPlace:
    """Which processor to ask, and how much it may be asked by this process.

    Without `credentials_file` (a service account's key) Google's default credentials are used. `endpoint` is
    `host:port`; as `http://host:port` it is reached without TLS and without credentials.
    """

    project: str
    location: str
    processor: str
    credentials_file: Path | None = None
    endpoint: str | None = None
    requests_per_minute: int = 600
    in_flight: int = 4
    file_bytes: int = 20 * _MEGABYTE


class DocumentAi:
    """Reads PDF, up to 15 pages a call.

    It finds the language out by itself; the languages of a request are passed on as hints. With
    `native_pdf_parsing` text that a PDF already holds is taken as it is.
    """

    name = ENGINE
    shown_name = SHOWN_NAME
    accepts: Literal["pixels", "pdf"] = "pdf"
    pages_per_call = _ONLINE_PAGES
    languages: frozenset[str] = frozenset()

    def __init__(
        self,
        place: DocumentAiPlace,
        persistence: Persistence | None = None,
        *,
        native_pdf_parsing: bool = False,
    ) -> None:
        self._place = place
        self._persistence = persistence or Persistence()
        self._native_pdf_parsing = native_pdf_parsing
        self._pace = Pace(place.in_flight, place.requests_per_minute)
        self._opening = asyncio.Lock()
        self._client: Any = None

    async def read(self, request: OcrRequest) -> AsyncGenerator[Page, None]:
        """See OcrEngine. All pages come with one answer; it fails as a whole."""
        if request.pdf is None or not 1 <= len(request.pages) <= self.pages_per_call:
            raise ValueError("Document AI reads a PDF of 1 to 15 pages")
        if len(request.pdf) > self._place.file_bytes:
            raise _failed("ocr_too_large", "usage", megabytes=self._place.file_bytes // _MEGABYTE)
        document = await self._processed(request.pdf, request.languages)
        try:
            if document.error.code:
                raise Nonsense(f"the document carries an error: {document.error.message}")
            pages = pages_of(document, request.pages)
        except Nonsense as nonsense:
            raise _failed("ocr_nonsense", "transient", detail=str(nonsense)) from nonsense
        for page in pages:
            yield page

    async def check(self) -> str | None:
        """See OcrEngine. Loads the credentials; asks nothing of the service, since each request costs."""
        try:
            await self._open_client()
        except EngineFailed as failed:
            return failed.detail
        return None

    async def close(self) -> None:
        """Closes the connection; requests under way fail."""
        client, self._client = self._client, None
        if client is not None:
            await client.transport.close()

    async def _processed(self, pdf: bytes, languages: tuple[str, ...]) -> Any:
        """The answer's document as a protocol buffer, after as many tries as allowed."""
        client = await self._open_client()
        request = await asyncio.to_thread(self._request, pdf, languages)

        async def ask() -> Any:
            # Its own retries would pass over the pace and count on no jitter of ours.
            response = await client.process_document(
                request, retry=None, timeout=self._persistence.call_seconds
            )
            return type(response).pb(response).document

        return await answer_of(self, ask, trouble_of, self._pace, self._persistence)

    def _request(self, pdf: bytes, languages: tuple[str, ...]) -> Any:
        from google.cloud import documentai_v1 as documentai
        from google.protobuf.field_mask_pb2 import FieldMask

        place = self._place
        hints = documentai.OcrConfig.Hints(language_hints=list(languages))
        ocr = documentai.OcrConfig(hints=hints, enable_native_pdf_parsing=self._native_pdf_parsing)
        return documentai.ProcessRequest(
            name=f"projects/{place.project}/locations/{place.location}/processors/{place.processor}",
            raw_document=documentai.RawDocument(content=pdf, mime_type="application/pdf"),
            field_mask=FieldMask(paths=FIELDS),
            process_options=documentai.ProcessOptions(ocr_config=ocr),
            skip_human_review=True,
        )

    async def _open_client(self) -> Any:
        async with self._opening:
            if self._client is None:
                credentials = await asyncio.to_thread(_credentials, self._place)
                self._client = _client(self._place, credentials)
            return self._client


def _credentials(place: DocumentAiPlace) -> Any:
    """Credentials, or None where none are sent. Blocks: imports, reads files, may ask a metadata server."""
    import google.auth
    from google.auth.exceptions import GoogleAuthError
    from google.cloud import documentai_v1 as _  # noqa: F401 -- slow to import, so it is done in this thread
    from google.oauth2 import service_account

    if place.endpoint is not None and place.endpoint.startswith(_PLAIN):
        return None
    try:
        if place.credentials_file is not None:
            path = str(place.credentials_file)
            return service_account.Credentials.from_service_account_file(path, scopes=_SCOPES)
        return google.auth.default(scopes=_SCOPES)[0]
    except (GoogleAuthError, OSError, ValueError) as error:
        raise _failed("ocr_denied", "fatal", detail=f"credentials: {error}") from error


def _client(place: DocumentAiPlace, credentials: Any) -> Any:
    import grpc.aio
    from google.cloud.documentai_v1 import DocumentProcessorServiceAsyncClient as Client
    from google.cloud.documentai_v1.services.document_processor_service.transports import (
        DocumentProcessorServiceGrpcAsyncIOTransport as Transport,
    )

    if credentials is None:
        address = (place.endpoint or "").removeprefix(_PLAIN).rstrip("/")
        return Client(
            transport=Transport(channel=grpc.aio.insecure_channel(address, options=_CHANNEL_OPTIONS))
        )
    host = place.endpoint or f"{place.location}-documentai.googleapis.com"
    return Client(transport=Transport(host=host, credentials=credentials))


def _failed(
    code: str, kind: Literal["usage", "transient", "fatal"], *, detail: str = "", **params: int
) -> EngineFailed:
    return EngineFailed(code, {"engine": SHOWN_NAME, **params}, kind=kind, detail=detail)
