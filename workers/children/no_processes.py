"""Taking from a process the means to start others: a seccomp filter, which no code in it can lift again.

Who forks leaves behind a process that no limit, alarm or lifeline reaches. Threads stay possible.
"""

import ctypes
import errno
import os
import struct

_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_MODE_FILTER = 2
_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_CLONE_THREAD = 0x00010000
# What a filter sees of a call: its number, the architecture, the low half of its first argument.
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
# Instructions of the kernel's classic BPF.
_LOAD, _RETURN, _IF_EQUAL, _IF_ABOVE, _IF_BITS = 0x20, 0x06, 0x15, 0x25, 0x45
_X32 = 0x3FFFFFFF
"""On x86-64, calls numbered above are those of another interface, with the same effects."""

# Architecture: the kernel's mark of it, and its numbers of clone, clone3, and of all that starts processes besides.
_CALLS = {
    "x86_64": (0xC000003E, 56, 435, (57, 58, 59, 322)),
    "aarch64": (0xC00000B7, 220, 435, (221, 281)),
}

_libc = ctypes.CDLL(None, use_errno=True)


def start_no_processes() -> bool:
    """From now on fork, vfork and exec fail with EPERM in this process. False where the kernel has no such filter."""
    machine = os.uname().machine
    if machine not in _CALLS:
        return False
    program = _program(*_CALLS[machine])
    held = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(held))
    return (
        _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
        and _libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, header, 0, 0) == 0
    )


def _program(architecture: int, clone: int, clone3: int, others: tuple[int, ...]) -> bytes:
    refused, unknown = _ERRNO | errno.EPERM, _ERRNO | errno.ENOSYS
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        *_unless(_IF_EQUAL, architecture, refused),
        (_LOAD, 0, 0, _NUMBER),
        *_when(_IF_ABOVE, _X32, refused),
        # Its flags are behind a pointer, where no filter can look: the C library goes back to clone.
        *_when(_IF_EQUAL, clone3, unknown),
        *(step for number in others for step in _when(_IF_EQUAL, number, refused)),
        (_IF_EQUAL, 1, 0, clone),
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        *_unless(_IF_BITS, _CLONE_THREAD, refused),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _when(test: int, value: int, answer: int) -> list[tuple[int, int, int, int]]:
    return [(test, 0, 1, value), (_RETURN, 0, 0, answer)]


def _unless(test: int, value: int, answer: int) -> list[tuple[int, int, int, int]]:
    return [(test, 1, 0, value), (_RETURN, 0, 0, answer)]
