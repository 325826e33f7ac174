"""Cells of a file that a spreadsheet opens: none may be taken for a formula, and reading them back loses nothing."""

_BEGIN_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are full-width forms, which some spreadsheets take for the same."""
_MARK = "'"


def defused(value: str) -> str:
    """The value with a mark before what a spreadsheet would run; before a mark that is its own, too."""
    return _MARK + value if _would_run(value) else value


def restored(cell: str) -> str:
    """What `defused` was given."""
    return cell[1:] if cell.startswith(_MARK) and _would_run(cell[1:]) else cell


def _would_run(value: str) -> bool:
    return value.lstrip(_MARK).startswith(_BEGIN_FORMULAS)
