"""What the kernel alone asks for a delivery: one frame built, and one `write` of it to each connection's descriptor.

Says and hears what `broadcast_peer` does, numbers nothing, checks nothing, and would lose what a full buffer leaves. It
stands for the least that one write a delivery can cost in CPython.
"""

import os
import sys
from collections.abc import Collection

import uvloop
from websockets.asyncio.server import ServerConnection
from websockets.frames import Frame, Opcode

from tests.benchmarks.live.broadcast_peer import run
from tests.benchmarks.live.publisher import BARE_PREFIX


def _descriptor(link: ServerConnection) -> int:
    return link.transport.get_extra_info("socket").fileno()


def _write(descriptors: Collection[int], message: bytes) -> None:
    frame = Frame(Opcode.TEXT, message).serialize(mask=False)
    for descriptor in descriptors:
        os.write(descriptor, frame)


if __name__ == "__main__":
    uvloop.run(run(*sys.argv[1:], member=_descriptor, tell=_write, prefix=BARE_PREFIX))
