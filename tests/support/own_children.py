"""Which processes this one has started."""

import os
from pathlib import Path


def own_children(named: str) -> set[int]:
    """The pids of the children of this process whose command line holds this name; zombies have none."""
    return {
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _is_ours(entry, named)
    }


def _is_ours(entry: Path, named: str) -> bool:
    try:
        parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
        return int(parent) == os.getpid() and named in (entry / "cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
