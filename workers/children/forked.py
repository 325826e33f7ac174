"""One call in a forked child: bind, hear the call, run its generator, send each item, end."""

import os
import socket
from typing import NoReturn

from service.domain.json import JsonObject
from workers.children import confinement, frames
from workers.children.frames import ChildEnd
from workers.children.no_processes import start_no_processes
from workers.children.outcome import Limits
from workers.children.run import find_target, send_failure


def run_forked(wire_fd: int, lifeline: int, template: int, niceness: int) -> NoReturn:
    """Never returns into the template's code, whatever happens."""
    code = 1
    try:
        confinement.die_with_parent(template)
        own_lifeline = confinement.hold_lifeline(lifeline)
        confinement.keep_only(wire_fd, own_lifeline)
        confinement.leave_no_dumps()
        confinement.expect_alarms()
        start_no_processes()
        os.nice(niceness)
        with socket.socket(fileno=wire_fd) as wire:
            _answer(ChildEnd(wire))
        code = 0
    finally:
        os._exit(code)


def _answer(wire: ChildEnd) -> None:
    heard = wire.receive()
    if heard is None:
        return
    call, _ = heard
    limits = Limits(**call["limits"])
    try:
        confinement.apply_limits(limits)
        _run(wire, call, limits.item_seconds)
    except BaseException as error:  # noqa: BLE001  # every failure is told to the parent, then we end
        confinement.arm_alarm(0)
        send_failure(wire, error)


def _run(wire: ChildEnd, call: JsonObject, item_seconds: float) -> None:
    confinement.arm_alarm(item_seconds)
    items = iter(find_target(call["target"])(**call["arguments"]))
    while (item := next(items, None)) is not None:
        # Sending may wait for the parent, which is no fault of the document's.
        confinement.arm_alarm(0)
        wire.send_item(item)
        confinement.arm_alarm(item_seconds)
    confinement.arm_alarm(0)
    wire.send(frames.frame(frames.END))
