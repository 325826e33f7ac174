"""Jobs as the page may meet them: values by the contract, and scripts that let them live."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from service.domain.ids import new_id
from service.domain.json import JsonObject
from service.domain.message import Family, Message

PHASES = ("inspecting", "reading", "assembling")
PIPELINE: JsonObject = {
    "name": "text",
    "title": {"code": "text", "params": {}, "text": "Text"},
    "phases": [
        {"code": code, "title": {"code": code, "params": {}, "text": code.title()}} for code in PHASES
    ],
    "options_schema": {
        "type": "object",
        "properties": {
            "ocr": {
                "title": "Recognise pictures of text",
                "description": "Automatic reads the text layer where there is one.",
                "enum": ["auto", "always", "never"],
                "type": "string",
                "default": "auto",
            },
            "languages": {
                "title": "Languages",
                "type": "array",
                "items": {"type": "string"},
                "default": ["en"],
            },
            "first_page": {
                "title": "First page",
                "anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}],
                "default": None,
            },
        },
    },
    "accepts": ["pdf", "png", "docx", "txt"],
    "default": True,
}


def words(family: Family, code: str, **params: Any) -> JsonObject:
    """A message as it travels."""
    return Message(family, code, params).json()


def new_value(name: str, *, pages: int = 12, batch: str | None = None, size: int = 480_000) -> JsonObject:
    """A job that has just been accepted."""
    return {
        "id": new_id(),
        "name": name,
        "kind": "pdf",
        "size": size,
        "document_id": new_id(),
        "batch_id": batch or new_id(),
        "owner_id": "0193a000-0000-7000-8000-000000000001",
        "owner": "You",
        "pipeline": "text",
        "options": {},
        "priority": "normal",
        "page_count": pages,
        "state": "queued",
        "percent": 0.0,
        "attempt": 1,
        "waits_for": words("waits", "slot"),
        "created_at": time.time(),
        "queued_at": time.time(),
        "counters": {"pages_total": pages, "pages_done": 0, "pages_failed": 0},
        "pages": {},
        "log": {"1": {"at": time.time(), "level": "info", **words("log", "accepted")}},
        "artifacts": {},
        "warnings": {},
    }


def reading(page: int, total: int) -> JsonObject:
    """What changes while a job reads, with `page` pages behind it; every fifth page goes by OCR."""
    pages = {str(n): ("o" if n % 5 == 0 else "t") + ("d" if n <= page else "p") for n in range(1, total + 1)}
    if page < total:
        pages[str(page + 1)] = pages[str(page + 1)][0] + "r"
    return {
        "state": "processing",
        "waits_for": None,
        "phase": {"index": 2, "total": 3, "code": "reading"},
        "percent": round(5 + 90 * page / total, 1),
        "detail": words("detail", "page", page=min(total, page + 1), total=total),
        "eta_seconds": round((total - page) * 0.6, 1),
        "counters": {"pages_total": total, "pages_done": page, "pages_failed": 0},
        "pages": pages,
    }


def completed(total: int, failed_pages: tuple[int, ...] = ()) -> JsonObject:
    """What the ending of a good job sets; failed pages become warnings."""
    failure = words("failure", "internal")
    return {
        "state": "completed",
        "outcome": "warnings" if failed_pages else "success",
        "percent": 100.0,
        "phase": {"index": 3, "total": 3, "code": "assembling"},
        "detail": None,
        "eta_seconds": None,
        "waits_for": None,
        "ended_at": time.time(),
        "pages": {
            str(n): ("o" if n % 5 == 0 else "t") + ("f" if n in failed_pages else "d")
            for n in range(1, total + 1)
        },
        "counters": {"pages_done": total - len(failed_pages), "pages_failed": len(failed_pages)},
        "artifacts": {
            "text.txt": {"size": 48_210, "media_type": "text/plain; charset=utf-8"},
            "document.md": {"size": 51_730, "media_type": "text/markdown; charset=utf-8"},
            "pages.json": {"size": 310_500, "media_type": "application/json"},
        },
        "warnings": {
            f"page-{n}": {**failure, "params": {"page": n}, "advice": "Look at the page in the original."}
            for n in failed_pages
        },
        "log": {"9": {"at": time.time(), "level": "info", **words("log", "completed")}},
    }


def failed() -> JsonObject:
    """What the ending of a bad job sets."""
    return {
        "state": "failed",
        "percent": 5.0,
        "eta_seconds": None,
        "detail": None,
        "waits_for": None,
        "ended_at": time.time(),
        "phase": {"index": 1, "total": 3, "code": "inspecting"},
        "error": {
            **words("failure", "storage_unreadable"),
            "advice": "Upload the document again.",
            "phase": "inspecting",
            "kind": "fatal",
            "support_id": "hw-7f3k-29qd",
        },
        "log": {"8": {"at": time.time(), "level": "error", **words("log", "failed")}},
    }


def asking(again: bool = False) -> JsonObject:
    """What a job that needs a password sets."""
    code = "password_wrong" if again else "password_required"
    return {
        "state": "waiting",
        "waits_for": None,
        "phase": {"index": 1, "total": 3, "code": "inspecting"},
        "question": {
            "id": new_id(),
            **words("question", code),
            "fields": [{"name": "password", "kind": "secret"}],
            "choices": [],
        },
    }


Change = Callable[[str, JsonObject], Awaitable[None]]


async def live(change: Change, job_id: str, name: str, pages: int, tick: float) -> None:
    """Lets a job run to the end that its name tells: `broken…`, `locked…`, `scan…` (one page fails), else good."""
    await asyncio.sleep(tick)
    started = time.time()
    await change(
        job_id,
        {
            "state": "processing",
            "started_at": started,
            "waits_for": None,
            "phase": {"index": 1, "total": 3, "code": "inspecting"},
            "detail": words("detail", "opening"),
            "log": {"2": {"at": started, "level": "info", **words("log", "started")}},
        },
    )
    await asyncio.sleep(tick)
    if name.startswith("broken"):
        await change(job_id, failed())
        return
    if name.startswith("locked"):
        await change(job_id, asking())
        return
    for page in range(pages):
        await change(job_id, reading(page, pages))
        await asyncio.sleep(tick)
    await change(job_id, completed(pages, (3,) if name.startswith("scan") else ()))


def at_work(running: str, waiting: Sequence[str]) -> JsonObject:
    """What an admin sees of two workers, of which one reads a job while others wait, each for a reason of its own."""
    reasons = [
        words("waits", "pick_up"),
        words("waits", "priority", jobs=3),
        words("waits", "share", jobs=12),
        words("waits", "busy", slots=2),
        words("waits", "engine", engine="Google Document AI"),
        words("waits", "retry"),
        words("waits", "answer"),
    ]
    now = time.time()
    jobs: dict[str, JsonObject] = {}
    for at, job_id in enumerate(waiting):
        reason = reasons[at % len(reasons)]
        told = {
            "name": f"waiting {at} of the whole archive of the harbour.pdf",
            "owner": "Ada",
            "waits_for": reason,
        }
        jobs[job_id] = {**told, "since": now - 7 * at - 3}
        if reason["code"] in ("engine", "retry"):
            jobs[job_id]["due_at"] = now + 25
        elif reason["code"] != "answer":
            jobs[job_id]["place"] = at + 1
    step = {"job_id": running, "name": "Le Comte de Monte-Cristo, tome premier.pdf", "pipeline": "text"}
    worker = {"host": "harbour", "started_at": now - 900, "slots": 1, "engines": ["rapidocr"]}
    return {
        "workers": {
            "a": {**worker, "pid": 4711, "running": {"s": {**step, "phase": "reading", "since": now - 12}}},
            "b": {**worker, "pid": 4712, "running": {}},
        },
        "queue": {"queued": 9_970, "running": 1, "waiting": 3, "oldest_wait_seconds": 312.4},
        "waits": {"jobs": jobs, "more": 9_970 - len(jobs)},
        "throughput": {"minutes": 5, "steps_a_minute": 61.4, "pages_a_minute": 1482.2, "jobs_a_minute": 3.4},
        "engines": {
            "rapidocr": {"state": "ok"},
            "documentai": {"state": "unavailable", "detail": "the credentials have expired"},
        },
    }
