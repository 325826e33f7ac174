"""Which pages may speak for a signed-in user."""

from collections.abc import Iterable
from urllib.parse import urlsplit


class Origins:
    """The gateway's own pages, and those of an allow-list."""

    def __init__(self, public_url: str | None, allowed: Iterable[str]) -> None:
        self._known = frozenset(each.lower() for each in (*allowed, *([public_url] if public_url else [])))

    def allows(self, origin: str | None, host: str | None) -> bool:
        """Whether a request with these headers `Origin` and `Host` comes from a page that may act.

        A page of the same host and port is the gateway's own: a cookie is never sent to another host.
        """
        if not origin:
            return False
        if origin.lower() in self._known:
            return True
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        return (
            parts.scheme in ("http", "https") and bool(host) and parts.netloc.lower() == (host or "").lower()
        )
