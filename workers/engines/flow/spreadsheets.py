"""openpyxl without numpy, which it takes in if it can: 60 MB more in every child, for nothing."""

import sys
from typing import Any

_wanted = "numpy" not in sys.modules
if _wanted:
    # None makes the import fail, which openpyxl takes for "not installed".
    sys.modules["numpy"] = None  # type: ignore[assignment]  # what the import system documents

import openpyxl as _openpyxl  # noqa: E402  # after the lines above, which it depends on
from openpyxl.utils.exceptions import InvalidFileException  # noqa: E402  # likewise

if _wanted:
    del sys.modules["numpy"]

openpyxl: Any = _openpyxl

__all__ = ["InvalidFileException", "openpyxl"]
