"""An archive for workers that archive nothing."""

from pathlib import Path

from workers.engines.archive.choice import ArchiveEngines


def no_archive() -> ArchiveEngines:
    """One that would say of its folder that it can't be used."""
    return ArchiveEngines(Path("/proc/none"))
