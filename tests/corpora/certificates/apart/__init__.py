"""Layouts that are held out: whoever writes rules that read certificates does not open them, nor what is made of them.

Fourteen layouts were written together by one author who had not looked at the rules. Half of them came here by lot,
`random.Random(1912).sample(names, 7)` of their names in order, the others to `known`:

- here: audited, dotted, electronic, measured, parts, quartered, witnessed;
- to `known`: checked, cover, filled, folded, inspected, letterheads, numbered.
"""

from collections.abc import Callable
from typing import Final

from tests.corpora.certificates.apart.audited import audited
from tests.corpora.certificates.apart.dotted import dotted
from tests.corpora.certificates.apart.electronic import electronic
from tests.corpora.certificates.apart.measured import measured
from tests.corpora.certificates.apart.parts import parts
from tests.corpora.certificates.apart.quartered import quartered
from tests.corpora.certificates.apart.witnessed import witnessed
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.sheet import Sheet

LAYOUTS: Final[dict[str, Callable[[Facts], Sheet]]] = {
    "audited": audited,
    "dotted": dotted,
    "electronic": electronic,
    "measured": measured,
    "parts": parts,
    "quartered": quartered,
    "witnessed": witnessed,
}
