"""How a job is told in a few words: by its snapshot's value."""

import math
import time
from collections.abc import Iterable

from service.cli.screen import Screen
from service.domain.json import JsonObject
from service.domain.message import english

STYLES = {
    "staged": "dim",
    "queued": "dim",
    "processing": "cyan",
    "pausing": "yellow",
    "paused": "yellow",
    "waiting": "magenta",
    "completed": "green",
    "failed": "red",
    "cancelled": "dim red",
}
MARKS = {
    "staged": "·",
    "queued": "·",
    "processing": "▸",
    "pausing": "‖",
    "paused": "‖",
    "waiting": "?",
    "completed": "✓",
    "failed": "✗",
    "cancelled": "⊘",
}
ENDED = frozenset({"completed", "failed", "cancelled"})


def style_of(value: JsonObject) -> str:
    """The colour of the job's state; yellow for one that completed with warnings."""
    state = str(value.get("state"))
    return "yellow" if state == "completed" and value.get("warnings") else STYLES.get(state, "")


def mark_of(value: JsonObject) -> str:
    """One character for the job's state."""
    state = str(value.get("state"))
    return "!" if state == "completed" and value.get("warnings") else MARKS.get(state, "·")


def percent_of(value: JsonObject) -> float:
    """0 to 100."""
    return float(value.get("percent") or 0.0)


def percent_text(value: JsonObject) -> str:
    """Rounded down: what is not done is not to look so."""
    return f"{int(percent_of(value))} %"


def telling(value: JsonObject) -> str:
    """What is going on, or how it ended and what to do."""
    match value.get("state"):
        case "failed":
            error = value.get("error") or {}
            support = f"(support id {error['support_id']})" if error.get("code") == "internal" else None
            return " ".join(filter(None, (error.get("text"), error.get("advice"), support))) or "failed"
        case "cancelled":
            by = value.get("cancelled_by")
            return f"cancelled by {by}" if by else "cancelled"
        case "completed":
            return _ending(value)
        case "waiting":
            return str((value.get("question") or {}).get("text") or "waiting for an answer")
        case "queued":
            return _waits(value) or "queued"
        case _:
            return _going_on(value)


def place_of(value: JsonObject) -> str | None:
    """Where a result stands that is outside of here."""
    return (value.get("result") or {}).get("url")


def tell_places(screen: Screen, values: Iterable[JsonObject]) -> None:
    """Where each of those results is."""
    for value in values:
        if place := place_of(value):
            screen.line(f"{value['result']['name']}: {place}")


def _waits(value: JsonObject) -> str:
    """What is waited for, and until when: an engine's next try by the clock, one's own in so many seconds."""
    waits = value.get("waits_for") or {}
    said = str(waits.get("text") or "")
    if at := (waits.get("params") or {}).get("at"):
        return f"{said}, next try {time.strftime('%H:%M:%S', time.localtime(at))}"
    rest = (value.get("retry_at") or 0.0) - time.time()
    return f"{said} in {math.ceil(rest)} s" if said and rest > 0 else said


def _ending(value: JsonObject) -> str:
    warnings = value.get("warnings") or {}
    if not warnings or value.get("outcome") in ("rejected", "duplicate"):
        return _result(value)
    first = next(iter(warnings.values()))
    more = f" (and {len(warnings) - 1} more)" if len(warnings) > 1 else ""
    return f"{_result(value)} with warnings: {first.get('text', '')}{more}"


def _result(value: JsonObject) -> str:
    """How a job ended well, and what came out, where it says so."""
    outcome = str(value.get("outcome"))
    ending = english("outcome", outcome, {})
    result = value.get("result") or {}
    told = [result[name] for name in ("ship", "certificate", "number") if result.get(name)]
    if result.get("valid_until"):
        told.append(f"valid until {result['valid_until']}")
    if sentences := result.get("sentences") or result.get("rows"):
        told.append(f"{sentences:,} sentence{'' if sentences == 1 else 's'}")
    head = "completed" if ending == outcome else ending
    return ": ".join(filter(None, (head, ", ".join(told))))


def _going_on(value: JsonObject) -> str:
    phase = value.get("phase") or {}
    parts = []
    if phase:
        title = english("phase", str(phase.get("code")), {})
        parts.append(f"{title} ({phase.get('index')} of {phase.get('total')})")
    parts += filter(None, (_waits(value), _detail(value)))
    return ", ".join(parts) or str(value.get("state") or "")


def _detail(value: JsonObject) -> str:
    """What is being done. Steps read side by side, so the page named last may be an earlier one: the count is not."""
    detail, counters = value.get("detail") or {}, value.get("counters") or {}
    total = counters.get("pages_total") or 0
    if detail.get("code") == "page" and total > 1:
        return english("detail", "pages", {"done": counters.get("pages_done") or 0, "total": total})
    return str(detail.get("text") or "")
