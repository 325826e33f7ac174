"""How many files and connections this process may have open, and how many of those may be sockets of the live side."""

import resource

_MOST = 1 << 20
_KEPT_BACK = 256


def raise_limit() -> None:
    """To what the system allows: what most systems begin with is 1,024, which is few for a gateway."""
    soft, hard = _limits()
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


def room_for_sockets() -> int:
    """All but those that requests, files and databases need: without any, not even a refusal could be answered."""
    soft, _ = _limits()
    return soft - min(_KEPT_BACK, soft // 4)


def _limits() -> tuple[int, int]:
    """Soft and hard; a system may have none, or more than anyone needs."""
    soft, hard = (
        _MOST if each == resource.RLIM_INFINITY else min(each, _MOST)
        for each in resource.getrlimit(resource.RLIMIT_NOFILE)
    )
    return soft, hard
