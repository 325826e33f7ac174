"""What steps work with, handed to them by the composition root."""

from dataclasses import dataclass, field

from service.domain.costs import Costs
from workers.engines.archive.choice import ArchiveEngines
from workers.engines.language.choice import LanguageEngines
from workers.engines.ocr.choice import OcrEngines
from workers.engines.reading_limits import ReadingLimits
from workers.engines.sheets.choice import SheetsEngines
from workers.sandbox import Sandbox


@dataclass(frozen=True)
class Toolbox:
    """The children, the engines and the limits of this worker, and what it knows of how long things take."""

    sandbox: Sandbox
    ocr: OcrEngines
    limits: ReadingLimits
    costs: Costs = field(default_factory=Costs)
    language: LanguageEngines = field(default_factory=LanguageEngines)
    sheets: SheetsEngines = field(default_factory=SheetsEngines)
    archive: ArchiveEngines = field(kw_only=True)
