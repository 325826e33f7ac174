"""ZIP containers (DOCX, PPTX, XLSX, EPUB), bounded before anything is unpacked."""

import posixpath
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lxml.etree import XMLParser, XMLSyntaxError, fromstring

from workers.engines.failures import DocumentRefused
from workers.engines.flow.limits import FlowLimits

_SMALL = 20 << 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how Office wraps what it has encrypted
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


class Archive:
    """An open container. zipfile never yields more than an entry declares, so declared sizes are the bound."""

    def __init__(self, path: str, limits: FlowLimits) -> None:
        with Path(path).open("rb") as file:
            start = file.read(8)
        if not start:
            raise DocumentRefused("empty_document")
        if start == _OLE:
            raise DocumentRefused("archive_encrypted")
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise DocumentRefused("broken_document") from error
        self._check(Path(path).stat().st_size, limits)
        self._names = set(self._zip.namelist())

    def has(self, name: str) -> bool:
        """Whether there is such a part."""
        return name in self._names

    def read(self, name: str) -> bytes:
        """The bytes of a part; raises DocumentRefused if it is missing or damaged."""
        with _refusing_damage():
            return self._zip.read(name)

    def _start_of(self, name: str) -> bytes:
        with _refusing_damage(), self._zip.open(name) as part:
            return part.read(4096)

    def xml(self, name: str) -> Any:
        """The root element of a part. Nothing outside the part is ever looked at."""
        parser = XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            root = fromstring(self.read(name), parser)
        except (XMLSyntaxError, ValueError) as error:
            # libxml2 stops at 256 levels: nobody who writes by a program gets there.
            too_deep = "Excessive depth" in str(error)
            raise DocumentRefused("markup_too_deep" if too_deep else "broken_document") from error
        return root

    def refuse_entities(self) -> None:
        """Office never writes a DOCTYPE; who does, wants entities expanded or files pulled in."""
        for name in self._names:
            if name.lower().endswith((".xml", ".rels")):
                start = self._start_of(name).replace(b"\0", b"").upper()
                if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                    raise DocumentRefused("unsafe_document")

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Relations of an Office part: id to (kind, name of the other part)."""
        folder, name = posixpath.split(part)
        path = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        if not self.has(path):
            return {}
        found: dict[str, tuple[str, str]] = {}
        for relation in self.xml(path):
            target = relation.get("Target", "")
            resolved = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found[relation.get("Id", "")] = (relation.get("Type", "").rpartition("/")[2], resolved)
        return found

    def close(self) -> None:
        self._zip.close()

    def _check(self, packed: int, limits: FlowLimits) -> None:
        entries = self._zip.infolist()
        if len(entries) > limits.archive_entries:
            counts = {"entries": len(entries), "limit": limits.archive_entries}
            raise DocumentRefused("archive_too_many_files", counts)
        if any(entry.flag_bits & 1 for entry in entries):
            raise DocumentRefused("archive_encrypted")
        size = sum(entry.file_size for entry in entries)
        allowed = limits.unpacked_bytes
        if size > _SMALL:
            allowed = min(allowed, max(packed * limits.ratio, _SMALL))
        if size > allowed:
            raise DocumentRefused("archive_bomb", {"size": size, "limit": allowed})


@contextmanager
def _refusing_damage() -> Generator[None]:
    """What unpacking raises for a part that is missing or damaged as DocumentRefused."""
    try:
        yield
    except (KeyError, RuntimeError, OSError, zipfile.BadZipFile, EOFError, ValueError) as error:
        raise DocumentRefused("broken_document") from error
    except Exception as error:
        if type(error).__module__ in ("zlib", "lzma", "_lzma"):
            raise DocumentRefused("broken_document") from error
        raise


def relation_id(element: Any) -> str:
    """The id of the relation that an element of an Office part names."""
    return element.get(f"{_RELATION}id") or ""
