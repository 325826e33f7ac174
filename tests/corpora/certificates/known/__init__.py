"""Layouts that anybody may look at: rules that read certificates may be made with them."""

from collections.abc import Callable
from typing import Final

from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.known.captions import captions
from tests.corpora.certificates.known.checked import checked
from tests.corpora.certificates.known.classic import classic
from tests.corpora.certificates.known.colons import colons
from tests.corpora.certificates.known.convention import convention
from tests.corpora.certificates.known.corner import corner
from tests.corpora.certificates.known.cover import cover
from tests.corpora.certificates.known.filled import filled
from tests.corpora.certificates.known.folded import folded
from tests.corpora.certificates.known.grid import grid
from tests.corpora.certificates.known.inspected import inspected
from tests.corpora.certificates.known.letterheads import letterheads
from tests.corpora.certificates.known.narrative import narrative
from tests.corpora.certificates.known.national import national
from tests.corpora.certificates.known.numbered import numbered
from tests.corpora.certificates.known.paired import paired
from tests.corpora.certificates.known.policy import policy
from tests.corpora.certificates.known.sentence import sentence
from tests.corpora.certificates.known.sidebar import sidebar
from tests.corpora.certificates.known.typed import typed
from tests.corpora.certificates.sheet import Sheet

LAYOUTS: Final[dict[str, Callable[[Facts], Sheet]]] = {
    "captions": captions,
    "checked": checked,
    "classic": classic,
    "colons": colons,
    "convention": convention,
    "corner": corner,
    "cover": cover,
    "filled": filled,
    "folded": folded,
    "grid": grid,
    "inspected": inspected,
    "letterheads": letterheads,
    "narrative": narrative,
    "national": national,
    "numbered": numbered,
    "paired": paired,
    "policy": policy,
    "sentence": sentence,
    "sidebar": sidebar,
    "typed": typed,
}
