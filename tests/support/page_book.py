"""A book for the simulated page: its chunks in any state, its sentences, and what people do to them."""

import time
import unicodedata
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from service.domain.json import JsonObject
from service.protocol.problems import MEDIA_TYPE, Problem
from tests.support import page_scenes as scenes
from tests.support.page_scenes import words

PHASES = ("planning", "reading", "rewriting", "merging", "finishing")
SENTENCES = (
    "La maison dormait encore.",
    "Le vent poussait la porte du jardin.",
    "Élise écoutait depuis la fenêtre.",
    "Elle avait gardé la lettre.",
    "Personne ne savait d’où elle venait.",
    "« Reviens avant l’hiver », disait-elle.",
    "Un chien aboya au bout du chemin.",
    "Puis tout redevint calme.",
    "Elle descendit sans faire de bruit.",
    "Dans la cuisine, le feu était mort.",
    "Elle posa la lettre sur la table et la relut lentement.",
)
PIPELINE: JsonObject = {
    "name": "sentences",
    "title": {"code": "sentences", "params": {}, "text": "Sentences"},
    "phases": [
        {"code": each, "title": {"code": each, "params": {}, "text": each.title()}} for each in PHASES
    ],
    "options_schema": {
        "type": "object",
        "properties": {
            "max_words": {"type": "integer", "minimum": 3, "maximum": 50, "default": 8},
            "engine": {"type": "string", "enum": ["auto", "gemini", "rules"], "default": "auto"},
            "chunk_pages": {
                "anyOf": [{"type": "integer", "minimum": 5, "maximum": 200}, {"type": "null"}],
                "default": None,
            },
            "ignore_dialogue": {"type": "boolean", "default": False},
        },
    },
    "accepts": ["pdf", "epub", "docx", "txt"],
}

Tell = Callable[[str, JsonObject], Awaitable[None]]


def book_value(name: str, *, pages: int = 420, chunks: str = "") -> JsonObject:
    """A job over a book with a chunk for each of these letters."""
    value = scenes.new_value(name, pages=pages, size=2_400_000)
    return {
        **value,
        "pipeline": "sentences",
        "options": {"max_words": 8},
        "waits_for": None,
        "chunks": told(chunks),
        "counters": {**value["counters"], **_counters(chunks)} if chunks else value["counters"],
    }


def _counters(chunks: str) -> JsonObject:
    return {
        "chunks_total": len(chunks),
        "chunks_done": chunks.count("d"),
        "chunks_failed": chunks.count("f"),
    }


def told(chunks: str) -> JsonObject:
    """The letters as a snapshot has them; what failed or waits was tried more than once."""
    tries = {"p": 0, "f": 3, "w": 2}
    return {str(at): f"{letter}{tries.get(letter, 1)}" for at, letter in enumerate(chunks, start=1)}


def rewriting(chunks: str) -> JsonObject:
    """What is said while the chunks are rewritten."""
    done, total = chunks.count("d"), len(chunks)
    return {
        "state": "processing",
        "phase": {"index": 3, "total": 5, "code": "rewriting"},
        "percent": round(30 + 60 * done / total, 1),
        "detail": words("detail", "chunk", chunk=done + 1, chunks=total),
        "started_at": time.time() - 48,
        "working_since": time.time() - 48,
        "phase_times": _times(planning=(-48, -47), reading=(-47, -30), rewriting=(-30, None)),
        "eta_seconds": 75.0,
    }


def over(chunks: str) -> JsonObject:
    """The ending of a book some of whose chunks may have failed."""
    now = time.time()
    failed = [at for at, letter in enumerate(chunks, start=1) if letter == "f"]
    return {
        **scenes.completed(12),
        "pages": {},
        "counters": _counters(chunks),
        "outcome": "warnings" if failed else "success",
        "phase": {"index": 5, "total": 5, "code": "finishing"},
        "started_at": now - 190,
        "ended_at": now,
        "worked_seconds": 188.0,
        "phase_times": _times(
            planning=(-190, -189), reading=(-189, -150), rewriting=(-150, -12), merging=(-12, 0)
        ),
        "warnings": {f"chunk-{at}": _failure(at) for at in failed},
        "artifacts": {
            "sentences.csv": {"size": 410_000, "media_type": "text/csv"},
            "sentences.xlsx": {"size": 290_000, "media_type": "application/vnd.ms-excel"},
        },
    }


def _times(**phases: tuple[float, float | None]) -> JsonObject:
    """When each began and ended, in seconds from now."""
    now = time.time()
    return {
        code: {"started_at": now + began, "ended_at": None if ended is None else now + ended}
        for code, (began, ended) in phases.items()
    }


def _failure(chunk: int) -> JsonObject:
    params = {
        "chunk": chunk,
        "first": chunk * 40 - 39,
        "last": chunk * 40,
        "reason": "language_busy",
        "engine": "Gemini",
    }
    return {**words("failure", "chunk_failed", **params), "advice": "Retry: it is tried alone."}


class Book:
    """The sentences of all simulated books: so many a chunk, those of the done ones."""

    def __init__(self, jobs: Callable[[str], JsonObject], tell: Tell) -> None:
        self.rows_a_chunk = 120
        self.joins = False
        """Once the book is whole, every fifth row has become part of the one before, as short sentences do."""
        self.edits: dict[str, str] = {}
        self.repeated: list[JsonObject] = []
        self._jobs = jobs
        self._tell = tell

    def routes(self) -> list[Route]:
        """Of the HTTP interface."""
        return [
            Route("/api/jobs/{id}/sentences", self.list),
            Route("/api/jobs/{id}/sentences/{row}", self.change, methods=["PATCH"]),
            Route("/api/jobs/{id}/repeat", self.repeat, methods=["POST"]),
            Route("/api/jobs/{id}/sheet", self.sheet, methods=["POST"]),
            Route("/api/jobs/{id}", self.options, methods=["PATCH"]),
        ]

    async def list(self, request: Request) -> Response:
        """Rows from a place on, or those that were found."""
        job = self._jobs(request.path_params["id"])
        done = [int(chunk) for chunk, told in sorted(job["chunks"].items(), key=_number) if told[0] == "d"]
        if not done:
            return _problem(404, "not_found")
        whole = job["state"] == "completed"
        rows = [self._row(chunk, at, whole) for chunk in done for at in range(self.rows_a_chunk)]
        if whole and self.joins:
            rows = list(_joined(rows))
        wanted, limit = _plain(request.query_params.get("q", "")), int(request.query_params["limit"])
        found = [row for row in rows if wanted in _plain(row["text"])]
        offset = int(request.query_params.get("offset", 0))
        if near := request.query_params.get("near"):
            offset = max(0, sum(_place(row["id"]) < _place(near) for row in found) - limit // 2)
        answer = {"items": found[offset : offset + limit], "offset": offset, "total": len(found)}
        return _json({**answer, "whole": whole, "chunks": Counter(str(row["chunk"]) for row in rows)})

    def _row(self, chunk: int, at: int, whole: bool) -> JsonObject:
        place = f"{chunk * 40 - 39 + at // 3}:{at}:0"
        text = SENTENCES[(chunk + at) % len(SENTENCES)]
        changed = self.edits.get(place)
        edit = {"original": text, "edited_by": "You", "edited_at": time.time()} if changed else {}
        shown = changed or text
        return {
            "id": place,
            "number": (chunk - 1) * self.rows_a_chunk + at + 1 if whole else None,
            "chunk": chunk,
            "text": shown,
            "words": len(shown.split()),
            "page": chunk * 40 - 39 + at // 3,
            "source": text,
            "opens": at % 4 == 0,
            **edit,
        }

    async def change(self, request: Request) -> Response:
        """A person's own words for a sentence; what somebody else has changed meanwhile is told."""
        job_id, place, asked = request.path_params["id"], request.path_params["row"], await request.json()
        page, at, _ = (int(each) for each in place.split(":"))
        row = self._row((page + 39 - at // 3) // 40, at, True)
        if asked["was"] != row["text"]:
            return _problem(409, "sentence_changed", sentence={**row, "edited_by": "Somebody"})
        if asked["text"] is None:
            self.edits.pop(place)
        else:
            self.edits[place] = asked["text"]
        await self._tell(job_id, {"edits": self._jobs(job_id).get("edits", 0) + 1})
        return _json(self._row(row["chunk"], at, True))

    async def options(self, request: Request) -> Response:
        """Other options, and what the job would take with them."""
        job_id, options = request.path_params["id"], (await request.json())["options"]
        estimate = {"pages": 420, "chunks": 84, "seconds": 310, "tokens": 410_000}
        await self._tell(job_id, {"options": options, "estimate": estimate})
        return _json({"job_id": job_id, "state": "staged"}, 202)

    async def repeat(self, request: Request) -> Response:
        """The same document once more."""
        self.repeated.append(await request.json())
        return _json({"job_id": request.path_params["id"]}, 202)

    async def sheet(self, _request: Request) -> Response:
        """There is no Google here."""
        return _problem(409, "sheets_unavailable")


def _joined(rows: Iterable[JsonObject]) -> Iterator[JsonObject]:
    kept: JsonObject = {}
    for at, row in enumerate(rows):
        if at % 5 == 4:
            kept["text"] += " " + row["text"]
            continue
        if kept:
            yield kept
        kept = row
    yield kept


def _place(row: str) -> list[int]:
    return [int(each) for each in row.split(":")]


def _number(item: tuple[str, Any]) -> int:
    return int(item[0])


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.lower())
    return "".join(each for each in letters if not unicodedata.combining(each))


def _json(body: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")


def _problem(status: int, code: str, **more: Any) -> Response:
    body = {**Problem(status, code).json(), **more}
    return Response(orjson.dumps(body), status, media_type=MEDIA_TYPE)
