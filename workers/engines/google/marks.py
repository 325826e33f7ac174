"""Finding files in Drive by the marks that were put on them: many may have one name, so names say nothing."""

from typing import Any

FIELDS = "id,name,webViewLink,createdTime,appProperties"
"""What is asked of a file."""


def quoted(text: str) -> str:
    """As it stands between single quotes in a query."""
    return text.replace("\\", "\\\\").replace("'", "\\'")


def has_mark(name: str, value: str) -> str:
    """The condition that a file has this mark."""
    return f"appProperties has {{ key='{name}' and value='{quoted(value)}' }}"


def listing(files: Any, wanted: str) -> Any:
    """The request for the files that are wanted, the oldest first, in shared drives too."""
    return files.list(
        q=wanted,
        fields=f"files({FIELDS})",
        orderBy="createdTime",
        spaces="drive",
        supportsAllDrives=True,
        includeItemsFromAllDrives=True,
    )
