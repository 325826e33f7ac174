"""One frame of each kind as it goes over the wire, for those who read the documents."""

from service.domain.json import JsonObject

_JOB = "0192f0c4-7a51-7c3e-9d6b-5f0e8a1b2c3d"
_BATCH = "0192f0c4-7a50-7b12-8f3a-c4d5e6f70819"
_PROBLEM: JsonObject = {
    "type": "/problems/not_found",
    "title": "Not found",
    "status": 404,
    "detail": "There is nothing here, or it is not yours. Check the address.",
    "code": "not_found",
    "params": {},
    "support_id": None,
}
_PLACE: JsonObject = {"job_id": _JOB, "epoch": "8f3a.c4d5", "run": 1}
_CARD: JsonObject = {
    "id": _JOB,
    "name": "report.pdf",
    "state": "processing",
    "percent": 37.4,
    "phase": {"index": 2, "total": 3, "code": "reading"},
    "detail": {"code": "page", "params": {"page": 12, "total": 32}, "text": "page 12 of 32"},
}

EXAMPLES: dict[str, JsonObject] = {
    "Subscribe": {"type": "subscribe", "id": 1, "topic": f"job:{_JOB}", "since": "8f3a.c4d5:41"},
    "Unsubscribe": {"type": "unsubscribe", "topic": f"job:{_JOB}"},
    "Pong": {"type": "pong"},
    "Hello": {
        "type": "hello",
        "protocol": 1,
        "at": 1790000000.0,
        "heartbeat_seconds": 10,
        "resume": {"patches": 1000, "seconds": 600},
    },
    "JobSnapshotFrame": {
        "type": "snapshot",
        "topic": f"job:{_JOB}",
        **_PLACE,
        "seq": 41,
        "reason": "first",
        "value": {**_CARD, "pages": {"1-11": "td", "12": "or"}, "chunks": {"1": "d1", "2": "r2", "3": "p0"}},
    },
    "JobPatchFrame": {
        "type": "patch",
        "topic": f"job:{_JOB}",
        **_PLACE,
        "seq": [42, 45],
        "set": {"percent": 40.6, "pages": {"12": "od", "13-14": "or"}, "chunks": {"2": "d2"}},
    },
    "ValueSnapshotFrame": {
        "type": "snapshot",
        "topic": f"batch:{_BATCH}",
        "value": {"id": _BATCH, "total": 9, "counts": {"completed": 4, "processing": 5}, "percent": 61.2},
    },
    "ValuePatchFrame": {
        "type": "patch",
        "topic": f"batch:{_BATCH}",
        "set": {"counts": {"completed": 5, "processing": 4}, "percent": 63.0},
    },
    "ListSnapshotFrame": {
        "type": "snapshot",
        "topic": "jobs?limit=20&state=failed,queued",
        "counts": {"total": 9, "failed": 3, "queued": 6},
        "more": False,
    },
    "CardFrame": {"type": "card", "topic": "jobs", **_PLACE, "seq": [45, 45], "place": 0, "value": _CARD},
    "GoneFrame": {"type": "gone", "topic": "jobs?state=queued", "job_id": _JOB},
    "CountsFrame": {"type": "counts", "topic": "jobs", "counts": {"total": 9, "completed": 9}, "more": False},
    "ErrorFrame": {"type": "error", "id": 1, "topic": f"job:{_JOB}", "problem": _PROBLEM},
    "Degraded": {"type": "degraded", "since": 1790000000.0},
    "Recovered": {"type": "recovered"},
    "Ping": {"type": "ping", "at": 1790000000.0},
    "Bye": {"type": "bye", "after_ms": 250},
}
