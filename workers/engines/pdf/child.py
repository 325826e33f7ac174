"""The targets that the sandbox runs: generators, each of which opens the file itself."""

from workers.engines.pdf.cutting import extract_pdf
from workers.engines.pdf.inspecting import inspect
from workers.engines.pdf.packing import read_records
from workers.engines.pdf.rendering import render

__all__ = ["extract_pdf", "inspect", "read_records", "render"]
