"""Why the server closes a socket, and whether to come back."""

from enum import IntEnum
from typing import Literal


class CloseCode(IntEnum):
    """4000–4099: do not come back; 4100–4199: come back after a wait; 4200–4299: come back at once."""

    BAD_FRAME = 4000
    SIGN_IN = 4001
    TOO_MANY = 4008
    OVERLOADED = 4100
    TOO_SLOW = 4101
    GOING_AWAY = 4200


MEANING: dict[CloseCode, str] = {
    CloseCode.BAD_FRAME: "The client sent what this protocol does not know. Mend the client.",
    CloseCode.SIGN_IN: "The credentials are missing, wrong or expired. Sign in, then connect.",
    CloseCode.TOO_MANY: "More frames, subscriptions or sockets than one client may have.",
    CloseCode.OVERLOADED: "The gateway has as many sockets as it can hold. Come back after a wait.",
    CloseCode.TOO_SLOW: "The client did not read for longer than the send deadline. Come back after a wait.",
    CloseCode.GOING_AWAY: "The gateway stops. Come back at once, another one answers.",
}


def come_back(code: int) -> Literal["never", "after_a_wait", "at_once"]:
    """What a client does on this close code; any other code means a broken link: come back after a jittered wait."""
    if 4000 <= code < 4100:
        return "never"
    if 4200 <= code < 4300:
        return "at_once"
    return "after_a_wait"
