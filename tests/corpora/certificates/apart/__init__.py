"""Layouts that are held out: written before the rules that read certificates, and not looked at by who wrote those."""

from collections.abc import Callable
from typing import Final

from tests.corpora.certificates.apart.captions import captions
from tests.corpora.certificates.apart.grid import grid
from tests.corpora.certificates.apart.narrative import narrative
from tests.corpora.certificates.apart.sidebar import sidebar
from tests.corpora.certificates.apart.typed import typed
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.sheet import Sheet

LAYOUTS: Final[dict[str, Callable[[Facts], Sheet]]] = {
    "captions": captions,
    "grid": grid,
    "narrative": narrative,
    "sidebar": sidebar,
    "typed": typed,
}
