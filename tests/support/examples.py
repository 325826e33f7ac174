"""How many examples property tests try: as many as `make test` has time for, or many times that."""

import os

TIMES = "STORM_TIMES"
"""The variable by which `make storm ARGS=--machines` says how many times as many."""


def examples(usual: int) -> int:
    """So many, or so many times as many as the run asks for."""
    return usual * int(os.environ.get(TIMES, "1"))
