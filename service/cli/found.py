"""What one check of the doctor found."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Check:
    """`ok` works, `warn` works in part or not yet, `fail` must be mended; the remedy says how."""

    what: str
    state: Literal["ok", "warn", "fail"]
    found: str
    remedy: str = ""
