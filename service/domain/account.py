"""Who acts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """A user in the act of commanding; `name` is kept where a command must show who gave it."""

    user_id: str
    name: str
    is_admin: bool = False
