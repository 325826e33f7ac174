"""What each phase after Reading is expected to take, as it was measured here."""

from service.domain.costs import Unit

MERGING, MERGED_PAGE = Unit("merging", 20.0), Unit("merged_page", 0.5)
FINISHING, FINISHED_PAGE = Unit("finishing", 30.0), Unit("finished_page", 1.0)
_REWRITING_MS = {"rules": 6.0, "gemini": 1500.0}
_OTHER_MS = 1500.0
TOKENS_A_PAGE = 1100
"""Of a page as novels have them: what is asked and what is answered."""


def rewriting(engine: str) -> Unit:
    """A page, whatever stands on it."""
    return Unit(f"rewriting:{engine}", _REWRITING_MS.get(engine, _OTHER_MS))
