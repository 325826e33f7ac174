"""Google Gemini: numbered lines go out, values that must stand in them come back, or sentences in short ones."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.domain.certificate.fields import CertificateField
from service.domain.sentences import how_many
from workers.engines.failures import EngineFailed
from workers.engines.language.excerpt import portions, shown
from workers.engines.language.gemini_errors import trouble_of
from workers.engines.language.gemini_reply import (
    ENGINE,
    SHOWN_NAME,
    Correction,
    Extraction,
    Nonsense,
    Reply,
    Rewriting,
    nonsense,
    reply_of,
    usage_of,
)
from workers.engines.language.gemini_words import INSTRUCTION, REWRITE, to_correct, to_extract, to_rewrite
from workers.engines.language.port import Corrected, Extracted, Found, Rewritten, Usage
from workers.engines.language.repairs import kept_repairs
from workers.engines.language.rules.engine import fields_of
from workers.engines.language.second_opinion import weighed
from workers.engines.language.shortening import numbered, taken
from workers.engines.language.standing import Claim, found_of
from workers.engines.pace import Pace
from workers.engines.page import Page
from workers.engines.persistence import Persistence, answer_of
from workers.engines.prose.pieces import in_pieces

_PLAIN = "http://"
_NOBODY = "none"
_SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
_ANSWER_TOKENS = 16_384
_PORTIONS = 5
_ASKED_FOR_SENSE = 2


@dataclass(frozen=True, slots=True)
class GeminiPlace:
    """Which model to ask, and how much it may be asked by this process.

    With `api_key` it is the Gemini API's, else that of Vertex AI in `project` and `location`, with the service
    account's key in `credentials_file` or Google's default credentials. `endpoint` is the URL of another server; one
    that begins with `http://` gets no credentials of Vertex.
    """

    model: str
    api_key: str | None = None
    project: str | None = None
    location: str = "global"
    credentials_file: Path | None = None
    endpoint: str | None = None
    requests_per_minute: int = 60
    in_flight: int = 4


class Gemini:
    """Corrects, extracts (up to 200,000 characters a document) and rewrites. What it answers is held against them."""

    name = ENGINE
    shown_name = SHOWN_NAME

    def __init__(self, place: GeminiPlace, persistence: Persistence | None = None) -> None:
        self._place = place
        self._persistence = persistence or Persistence()
        self._pace = Pace(place.in_flight, place.requests_per_minute)
        self._opening = asyncio.Lock()
        self._client: _Client | None = None

    @property
    def model(self) -> str:
        """See LanguageEngine."""
        return self._place.model

    async def correct(self, pages: Sequence[Page]) -> Corrected:
        """See LanguageEngine. Only pages that OCR read are sent."""
        read = [page for page in pages if page.route == "ocr"]
        usage, proposed = Usage(), dict[int, dict[int, str]]()
        for portion in portions(read, _PORTIONS):
            reply, took = await self._ask(to_correct(shown(portion)), Correction)
            usage += took
            for change in reply.changes:
                if 1 <= change.line <= len(portion) and not portion[change.line - 1].is_order:
                    each = portion[change.line - 1]
                    proposed.setdefault(each.page, {})[each.index] = change.text
        kept = {page.number: kept_repairs(page, proposed.get(page.number, {})) for page in read}
        return Corrected({number: changes for number, changes in kept.items() if changes}, usage)

    async def extract(self, pages: Sequence[Page], fields: Sequence[CertificateField]) -> Extracted:
        """See LanguageEngine. Where the rules are sure of another value than the model, that is kept in doubt."""
        wanted = {field.code: field for field in fields}
        usage, found = Usage(), dict[str, Found]()
        for portion in portions(pages, _PORTIONS):
            reply, took = await self._ask(to_extract(fields, shown(portion)), Extraction)
            usage += took
            for each in reply.fields:
                field = wanted.get(each.code)
                if field is None:
                    continue
                claim = Claim(
                    each.code,
                    each.value,
                    each.as_printed,
                    each.first_line,
                    each.last_line,
                    each.confidence,
                )
                kept = found_of(claim, field, portion)
                best = found.get(each.code)
                if kept is not None and (best is None or kept.confidence > best.confidence):
                    found[each.code] = kept
        rules = await asyncio.to_thread(fields_of, pages, fields)
        return Extracted(weighed(found, rules), usage)

    async def rewrite(self, sentences: Sequence[str], most_words: int) -> Rewritten:
        """See LanguageEngine. What comes back too long is asked for once more, then cut by the rules."""
        said, usage = dict[int, tuple[str, ...]](), Usage()
        for _ in range(_ASKED_FOR_SENSE):
            left = [at for at, each in enumerate(sentences) if at not in said and how_many(each) > most_words]
            if not left:
                break
            lines = numbered([sentences[at] for at in left])
            reply, took = await self._ask(to_rewrite(most_words, lines), Rewriting, REWRITE)
            usage += took
            for each in reply.sentences:
                if 1 <= each.number <= len(left):
                    at = left[each.number - 1]
                    pieces = taken(sentences[at], each.short, most_words)
                    if pieces is not None:
                        said[at] = pieces
        cut = [at for at, each in enumerate(sentences) if at not in said and how_many(each) > most_words]
        pieces = [said.get(at) or in_pieces(each, most_words) for at, each in enumerate(sentences)]
        return Rewritten(pieces, usage, len(cut))

    async def check(self) -> str | None:
        """See LanguageEngine. Loads the credentials; asks nothing of the service, since each request costs."""
        try:
            await self._open_client()
        except EngineFailed as failed:
            return failed.detail
        return None

    async def close(self) -> None:
        """Closes the connections; requests under way fail."""
        client, self._client = self._client, None
        if client is not None:
            # The library closes only connections that it opened itself.
            await client.http.aclose()

    async def _ask(
        self, contents: str, form: type[Reply], instruction: str = INSTRUCTION
    ) -> tuple[Reply, Usage]:
        """A reply in this form; another is asked for when the first makes no sense."""
        from google.genai import types

        client = await self._open_client()
        config = types.GenerateContentConfig(
            system_instruction=instruction,
            temperature=0.0,
            candidate_count=1,
            max_output_tokens=_ANSWER_TOKENS,
            response_mime_type="application/json",
            response_schema=form,
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        )

        async def ask() -> Any:
            try:
                # The client's own time limit is one between bytes.
                async with asyncio.timeout(self._persistence.call_seconds):
                    return await client.models.generate_content(
                        model=self._place.model, contents=contents, config=config
                    )
            except ValueError as error:
                raise Nonsense(f"{type(error).__name__}: {error}"[:500]) from error

        usage, last = Usage(), Nonsense()
        for _ in range(_ASKED_FOR_SENSE):
            try:
                response = await answer_of(self, ask, trouble_of, self._pace, self._persistence)
                usage += usage_of(response)
                return reply_of(response, form), usage
            except Nonsense as error:
                last = error
        raise nonsense(last) from last

    async def _open_client(self) -> "_Client":
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(_client, self._place, self._persistence.call_seconds)
            return self._client


@dataclass(frozen=True, slots=True)
class _Client:
    """The library's models, and the connections that they are asked through."""

    models: Any
    http: Any


def _client(place: GeminiPlace, call_seconds: float) -> _Client:
    """Blocks: imports, reads files, may ask a metadata server."""
    import httpx
    from google import genai
    from google.genai import types

    http = httpx.AsyncClient()
    options = types.HttpOptions(
        base_url=place.endpoint,
        timeout=round(call_seconds * 1000),
        # Its own retries would pass over the pace and count on no jitter of ours.
        retry_options=types.HttpRetryOptions(attempts=1),
        httpx_async_client=http,
    )
    try:
        if place.api_key is not None:
            client = genai.Client(vertexai=False, api_key=place.api_key, http_options=options)
        else:
            client = genai.Client(
                vertexai=True,
                project=place.project,
                location=place.location,
                credentials=_credentials(place),
                http_options=options,
            )
    except ValueError as error:
        raise _denied(f"client: {error}") from error
    return _Client(client.aio.models, http)


def _credentials(place: GeminiPlace) -> Any:
    import google.auth
    from google.auth.exceptions import GoogleAuthError
    from google.oauth2 import credentials, service_account

    if place.endpoint is not None and place.endpoint.startswith(_PLAIN):
        return credentials.Credentials(_NOBODY)
    try:
        if place.credentials_file is not None:
            path = str(place.credentials_file)
            return service_account.Credentials.from_service_account_file(path, scopes=_SCOPES)
        return google.auth.default(scopes=_SCOPES)[0]
    except (GoogleAuthError, OSError, ValueError) as error:
        raise _denied(f"credentials: {error}") from error


def _denied(detail: str) -> EngineFailed:
    return EngineFailed("language_denied", {"engine": SHOWN_NAME}, kind="fatal", detail=detail)
