"""How a command fails: exit codes, and what is said."""

import sys

EXIT_INCOMPLETE = 1
"""Some jobs failed, were cancelled, or some files were rejected."""
EXIT_REFUSED = 2
"""The command was not understood, or cannot be done like this."""
EXIT_UNREACHABLE = 3
EXIT_NOT_ALLOWED = 4
EXIT_INTERRUPTED = 130


class CommandFailed(Exception):
    """A command cannot go on: what happened, and what to do about it."""

    def __init__(self, what: str, remedy: str = "", *, exit_code: int = EXIT_REFUSED) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.exit_code = exit_code


def tell(failed: CommandFailed) -> None:
    """Says on standard error what happened and what to do, in colour on a terminal."""
    red, dim, plain = ("\033[1;31m", "\033[2m", "\033[0m") if sys.stderr.isatty() else ("", "", "")
    lines = failed.what.splitlines() or [""]
    print(f"{red}Error:{plain} {lines[0]}", file=sys.stderr)
    for line in lines[1:]:
        print(f"       {line}", file=sys.stderr)
    if failed.remedy:
        print(f"{dim}  →{plain} {failed.remedy}", file=sys.stderr)
