"""How long something has taken so far."""

import time


class Watch:
    """Runs from when it was made, by the clock that never jumps."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    @property
    def milliseconds(self) -> float:
        """Since it was made."""
        return (time.perf_counter() - self._began) * 1000
