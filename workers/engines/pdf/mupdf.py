"""PyMuPDF without its layout models: they would bring ONNX threads and 400 MB into a process that must fork."""

import sys
from typing import Any

for _absent in ("pymupdf.layout", "pymupdf4llm"):
    # None makes the import fail, which PyMuPDF takes for "not installed".
    sys.modules.setdefault(_absent, None)  # type: ignore[arg-type]  # what the import system documents

import pymupdf as _pymupdf  # noqa: E402  # after the lines above, which it depends on

pymupdf: Any = _pymupdf
mupdf: Any = pymupdf.mupdf
pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)
