"""`python -m tests.support.supervisor_of MODULE`: a real supervisor whose workers are this module."""

import sys
from dataclasses import replace

from service.adapters.kept_process import Program
from workers.supervisor import Supervisor, main


def supervise(module: str) -> int:
    """What `python -m workers.supervisor` does, with other workers; the exit code."""
    own = Supervisor._program  # pyright: ignore[reportPrivateUsage] - in its place

    def program(self: Supervisor) -> Program:
        kept = own(self)
        assert kept.module == "workers.main", kept.module
        return replace(kept, module=module)

    Supervisor._program = program  # pyright: ignore[reportPrivateUsage] - in its place
    return main()


if __name__ == "__main__":
    sys.exit(supervise(sys.argv[1]))
