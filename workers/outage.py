"""Telling of an outage once when it begins and once when it is over, however often something is tried meanwhile."""

import time

import structlog

_log = structlog.get_logger()


class Outage:
    """Of one part, by name. `away` and `back` may be called at every try."""

    def __init__(self, part: str) -> None:
        self._part = part
        self._since: float | None = None

    def away(self, reason: Exception) -> None:
        """A try failed."""
        if self._since is None:
            self._since = time.monotonic()
            _log.warning("part_away", part=self._part, reason=str(reason))

    def back(self) -> None:
        """A try went well."""
        if self._since is not None:
            _log.info("part_back", part=self._part, seconds=round(time.monotonic() - self._since, 1))
            self._since = None
