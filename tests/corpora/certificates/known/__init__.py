"""Layouts that anybody may look at: rules that read certificates may be made with them."""

from collections.abc import Callable
from typing import Final

from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.known.classic import classic
from tests.corpora.certificates.known.colons import colons
from tests.corpora.certificates.known.convention import convention
from tests.corpora.certificates.known.corner import corner
from tests.corpora.certificates.known.national import national
from tests.corpora.certificates.known.paired import paired
from tests.corpora.certificates.known.policy import policy
from tests.corpora.certificates.known.sentence import sentence
from tests.corpora.certificates.sheet import Sheet

LAYOUTS: Final[dict[str, Callable[[Facts], Sheet]]] = {
    "classic": classic,
    "colons": colons,
    "convention": convention,
    "corner": corner,
    "national": national,
    "paired": paired,
    "policy": policy,
    "sentence": sentence,
}
