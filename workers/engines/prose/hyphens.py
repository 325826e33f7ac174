"""Words that were divided at the end of a line: whether they are put together without their hyphen, or keep it."""

import re

from workers.engines.prose.words import set_of

_HYPHENS = "-\u2010\u00ad"
_SOFT = "\u00ad"
_KEPT_AFTER = set_of(
    "peut vis demi mi grand grands arrière avant après semi non ex vice saint sainte beau belle rez tête"
    " chef quelques dix vingt trente quarante cinquante soixante quatre là au-dessus par-dessus c'est"
    " est-ce qu'est-ce celui celle ceux celles moi-même eux elles sud nord ouest franc nouveau nu ci well"
    " self half mother father brother sister"
)
_KEPT_BEFORE = set_of(
    "il elle ils elles on je tu nous vous t-il t-elle t-on t-ils t-elles moi toi même mêmes là le y en ce"
    " in-law"
)
_KEPT_WITHIN = (
    "-t", "-mêmes", "-à", "-en", "-de", "-du", "-la", "-le", "-les", "-lès", "-au", "-sur", "-sous",
    "-in", "-of", "-the", "-to", "-and",
)  # fmt: skip
"""Small words in the midst of others: `arc-en-` `ciel`, `mother-in-` `law`."""
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LAST = re.compile(r"[^\W\d_]+(?:[-][^\W\d_]+)*$")


def is_divided(line: str, following: str) -> bool:
    """Whether a word goes on in the next line behind a hyphen."""
    return (
        len(line) > 1
        and line[-1] in _HYPHENS
        and line[-2].isalpha()
        and bool(following)
        and following[0].isalpha()
    )


def keeps_hyphen(line: str, following: str) -> bool:
    """Whether the hyphen is the word's own: `peut-` `être`, `dit-` `il`, `Saint-` `Malo`."""
    if line[-1] == _SOFT:
        return False
    if following[0].isupper():
        return True
    first = _LAST.search(line[:-1])
    second = _WORD.match(following)
    if first is None or second is None:
        return False
    before, after = first.group().lower(), second.group().lower().replace("’", "'")
    if before in _KEPT_AFTER or before.endswith(_KEPT_WITHIN):
        return True
    if after in _KEPT_BEFORE or after.partition("-")[0] in ("t", "ce"):
        return not (before == "ge" and after == "nous")
    return before in ("est", "donnez", "dites", "dis") and after in ("leur", "lui", "ce")
