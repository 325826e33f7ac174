"""A warm child: loads an engine once, then answers requests until its worker is gone.

`python -m workers.children.warm WIRE_FD LIFELINE_FD`; the first call on the wire names the target.
"""

import os
import signal
import socket
import sys
from collections.abc import Callable

from service.domain.json import JsonObject
from workers.children import confinement
from workers.children.frames import ChildEnd
from workers.children.outcome import Limits
from workers.children.run import find_target, send_failure

Answer = Callable[[JsonObject, bytes], JsonObject]
_NICENESS = 5


def main() -> None:
    wire_fd, lifeline = (int(argument) for argument in sys.argv[1:3])
    own_lifeline = confinement.hold_lifeline(lifeline)
    confinement.keep_only(wire_fd, own_lifeline)
    confinement.leave_no_dumps()
    confinement.expect_alarms()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICENESS)
    with socket.socket(fileno=wire_fd) as wire:
        _serve(ChildEnd(wire))
    # Engines with threads of their own may hang or crash when an interpreter finalizes.
    os._exit(0)


def _serve(wire: ChildEnd) -> None:
    heard = wire.receive()
    if heard is None:
        return
    opening, _ = heard
    limits = Limits(**opening["limits"])
    try:
        answer: Answer = find_target(opening["target"])(**opening["arguments"])
        confinement.apply_limits(limits)
    except BaseException as error:  # noqa: BLE001  # every failure is told to the parent
        send_failure(wire, error)
        return
    wire.send_item({"ready": True})
    while (heard := wire.receive()) is not None:
        confinement.allow_cpu(limits.cpu_seconds)
        _answer_one(wire, answer, heard, limits.item_seconds)


def _answer_one(wire: ChildEnd, answer: Answer, heard: tuple[JsonObject, bytes], seconds: float) -> None:
    confinement.arm_alarm(seconds)
    try:
        item = answer(*heard)
        confinement.arm_alarm(0)
        wire.send_item(item)
    except BaseException as error:  # noqa: BLE001  # every failure is told to the parent
        confinement.arm_alarm(0)
        send_failure(wire, error)


if __name__ == "__main__":
    main()
