"""Rows as CSV."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

_BOM = "\ufeff"


@dataclass(frozen=True)
class CsvForm:
    """What stands between cells, and whether a byte order mark comes first."""

    separator: str = ","
    bom: bool = True

    def head(self, cells: Sequence[str]) -> bytes:
        """What the file begins with."""
        return ((_BOM if self.bom else "") + self._lines([cells])).encode()

    def lines(self, rows: Sequence[Sequence[str]]) -> bytes:
        """What follows for these rows."""
        return self._lines(rows).encode()

    def _lines(self, rows: Sequence[Sequence[str]]) -> str:
        """Every cell in quotes, so that a program that splits by another separator makes no new cells either."""
        written = io.StringIO(newline="")
        csv.writer(written, delimiter=self.separator, quoting=csv.QUOTE_ALL).writerows(rows)
        return written.getvalue()
