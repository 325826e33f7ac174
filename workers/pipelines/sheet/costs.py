"""What each phase is expected to take, until it was measured here."""

from service.domain.costs import Unit

GATHERING_MS, ALL_MS = 200, 8000
OPENING, FINISHING = Unit("sheet_opening", 3000.0), Unit("sheet_finishing", 800.0)
WRITING, WRITTEN_ROW = Unit("sheet_writing", 600.0), Unit("sheet_row", 0.4)
