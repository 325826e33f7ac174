"""What each phase after Reading is expected to take, as it was measured here."""

from service.domain.costs import Costs, Unit

CHECKING, RECORDING = Unit("checking", 15.0), Unit("recording", 15.0)
ARCHIVED_PIECE = 100_000
"""Archives take their time by so many bytes."""

_CORRECTING_MS = {"rules": 5.0, "gemini": 2500.0}
_EXTRACTING_MS = {"rules": 15.0, "gemini": 4000.0}
_ARCHIVING_MS = {"folder": (20.0, 1.0), "object_storage": (300.0, 10.0), "drive": (3000.0, 60.0)}
_OTHER_MS = 1000.0


def correcting(engine: str) -> Unit:
    """A page that OCR read."""
    return Unit(f"correcting:{engine}", _CORRECTING_MS.get(engine, _OTHER_MS))


def extracting(engine: str) -> Unit:
    """A page of any kind."""
    return Unit(f"extracting:{engine}", _EXTRACTING_MS.get(engine, _OTHER_MS))


def archiving(engine: str) -> tuple[Unit, Unit]:
    """A document, and each piece of it."""
    whole, piece = _ARCHIVING_MS.get(engine, (_OTHER_MS, 10.0))
    return Unit(f"archiving:{engine}", whole), Unit(f"archiving_piece:{engine}", piece)


def pieces(size: int) -> int:
    """How many pieces so many bytes are."""
    return 1 + size // ARCHIVED_PIECE


def archiving_ms(costs: Costs, engine: str, size: int) -> float:
    """Expected milliseconds of archiving a document of so many bytes."""
    whole, piece = archiving(engine)
    return costs.of(whole) + costs.of(piece, pieces(size))
