"""The English of every code that travels: `family.code` → a template with the code's parameters.

The page's dictionary (`frontend_static/i18n/`) has the same keys; a test keeps the two alike. An `advice` says what
to do about the `failure` of the same code.
"""

from service.domain.words_failures import FAILURES
from service.domain.words_problems import PROBLEMS

WORDS: dict[str, str] = {
    "pipeline.text": "Text",
    "phase.inspecting": "Inspecting",
    "phase.reading": "Reading",
    "phase.assembling": "Assembling",
    "detail.opening": "opening the document",
    "detail.page": "page {page} of {total}",
    "detail.pages": "{done} of {total} pages",
    "detail.writing": "writing the results",
    "detail.retrying": "trying again",
    "detail.page_slow": "page {page} takes unusually long",
    "detail.step_slow": "this takes unusually long",
    "waits.slot": "waiting for a free worker",
    "waits.no_worker": "waiting for a worker to start",
    "waits.retry": "trying again in a moment",
    "waits.pick_up": "about to start",
    "waits.busy": "all slots are busy ({slots})",
    "waits.priority": "behind jobs of higher priority ({jobs})",
    "waits.share": "its turn comes after that of others ({jobs})",
    "waits.retry_of": "retry {attempt} of {tries}",
    "waits.engine": "{engine} is unavailable",
    "waits.engine_unavailable": "{engine} is unavailable",
    "waits.answer": "waiting for a person's answer",
    "log.accepted": "Accepted",
    "log.not_scanned": "Taken without a look by the virus scanner, which did not answer",
    "log.start_asked": "Put into the queue",
    "log.started": "Work started",
    "log.phase": "Phase {index} of {total}: {phase}",
    "log.page_failed": "Page {page} could not be read",
    "log.page_slow": "Page {page} takes unusually long (more than {seconds} s so far)",
    "log.step_slow": "A step takes unusually long (more than {seconds} s so far)",
    "log.engine_away": "{engine} is unavailable; the work waits for it and goes on by itself",
    "log.interrupted": "Interrupted, going on from where it was",
    "log.step_retried": "A step failed and is tried again ({failures} of {tries})",
    "log.waiting": "Waiting for an answer",
    "log.answered": "Answered",
    "log.paused": "Paused",
    "log.resumed": "Resumed",
    "log.retried": "Started again by a person",
    "log.completed": "Completed",
    "log.completed_with_warnings": "Completed with warnings",
    "log.failed": "Failed",
    "log.cancelled": "Cancelled",
    "question.password_required": "This document is protected. Which password opens it?",
    "question.password_wrong": "That password does not open the document. Which one does?",
    **FAILURES,
    **PROBLEMS,
}
