"""How much a document may cost to read."""

from dataclasses import dataclass, field

from workers.engines.flow.limits import FlowLimits


@dataclass(frozen=True)
class ReadingLimits:
    """`page_seconds` and `step_seconds` end a child; `memory_bytes` is what it may take beyond its start, and
    `cpu_seconds` its computing time. A step writes no more than `output_bytes` in all.
    """

    page_seconds: float = 60.0
    step_seconds: float = 600.0
    memory_bytes: int = 1 << 30
    cpu_seconds: float = 300.0
    output_bytes: int = 4 << 30
    max_pages: int = 10_000
    page_megapixels: int = 40
    ocr_dpi: int = 200
    flow: FlowLimits = field(default_factory=FlowLimits)
