"""Names of files and folders as people wrote them, made fit for every place where they may be kept."""

from service.domain.document import display_name

_LONGEST_BYTES = 200
_UNSAFE = str.maketrans('"*:<>?|', "_______")


def safe_name(given: str) -> str:
    """At most 200 bytes of UTF-8, no path, nothing hidden; scripts are kept, and the ending."""
    name = display_name(given).translate(_UNSAFE).strip(". ") or "document"
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending) > 10:
        stem, dot, ending = name, "", ""
    return _cut(stem, _LONGEST_BYTES - len((dot + ending).encode())).rstrip(". ") + dot + ending


def numbered(name: str, number: int) -> str:
    """The name itself for 1, then `name (2).pdf` and so on."""
    if number == 1:
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem:
        stem, dot, ending = name, "", ""
    return f"{stem} ({number}){dot}{ending}"


def _cut(text: str, most_bytes: int) -> str:
    return text.encode()[:most_bytes].decode(errors="ignore")
