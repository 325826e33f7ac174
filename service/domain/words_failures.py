"""The English of failures: what happened, and under the same code as `advice` what to do."""

FAILURES: dict[str, str] = {
    "failure.internal": "Something went wrong on our side.",
    "advice.internal": "Try again. If it happens again, give the support id to whoever runs this server.",
    "failure.worker_lost": "The work was interrupted {failures} times, each time together with its worker.",
    "advice.worker_lost": "The document may be more than the server can take. Try again, or split it.",
    "failure.all_pages_failed": "None of the {pages} pages could be read.",
    "advice.all_pages_failed": "Open the document in a viewer. If it looks right there, print it to a new PDF and upload that.",
    "failure.storage_unreadable": "The stored file is missing or damaged.",
    "advice.storage_unreadable": "Upload the document again.",
}
