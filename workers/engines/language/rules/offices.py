"""Who issues certificates: class societies, flag administrations, insurers, and what their names look like."""

import re

from service.domain.certificate.folding import composed, folded

_KNOWN = (
    "Vietnam Register", "Cục Đăng kiểm Việt Nam", "Đăng kiểm Việt Nam", "Vietnam Maritime Administration",
    "Cục Hàng hải Việt Nam", "Cục Hàng hải và Đường thủy Việt Nam", "DNV", "Det Norske Veritas", "DNV GL",
    "Lloyd's Register", "Lloyd's Register of Shipping", "Bureau Veritas", "American Bureau of Shipping",
    "Nippon Kaiji Kyokai", "ClassNK", "Korean Register", "Korean Register of Shipping", "China Classification Society",
    "RINA", "RINA Services", "Registro Italiano Navale", "Russian Maritime Register of Shipping",
    "Indian Register of Shipping", "Polish Register of Shipping", "Croatian Register of Shipping",
    "Biro Klasifikasi Indonesia", "Türk Loydu", "Phoenix Register of Shipping", "International Register of Shipping",
    "Panama Maritime Authority", "Liberian Registry", "Liberia Maritime Authority",
    "Republic of the Marshall Islands Maritime Administrator", "Maritime and Port Authority of Singapore",
    "Maritime & Coastguard Agency", "Maritime and Coastguard Agency", "United States Coast Guard",
    "Transport Malta", "Bahamas Maritime Authority", "Hong Kong Marine Department", "Marine Department",
    "Norwegian Maritime Authority", "Danish Maritime Authority", "Japan P&I Club", "Gard P&I", "Skuld", "Britannia P&I",
    "The West of England", "UK P&I Club", "North P&I", "NorthStandard", "Steamship Mutual", "London P&I Club",
    "Korea P&I Club", "China P&I Club", "Bao Viet Insurance", "Bảo hiểm Bảo Việt", "PVI Insurance", "Bảo Minh",
)  # fmt: skip
_LOOKS = re.compile(
    r"\bregist(?:er|ry|ro)\b(?! (?:no|number|port))|\bbureau\b|class(?:ification)? society"
    r"|maritime (?:administration|authority|administrator|safety|agency|department|directorate|affairs|transport)"
    r"|marine (?:administration|authority|department|board|directorate|safety)"
    r"|\bshipping (?:administration|directorate)"
    r"|port authority|coast ?guard|\bp ?& ?i\b|\bclub\b|mutual|insurance (?:co|corp|association)|underwrit"
    r"|\b(?:ships?|vessels?|marine|maritime|technical) (?:inspection|surveyors|class\b|classification)"
    r"|\bveritas\b|lloyd|dang ?kiem|hang ?hai|cang vu|bao hiem|administration of shipping|\bdirectorate\b"
    r"|\bministry\b|department of (?:marine|shipping|transport|maritime)|\bassurance\b|\bindemnity\b"
)
_NEVER = re.compile(
    r"certificate|giay chung nhan|port of|cang dang ky|official n"
    r"|this is to|convention|under the|issued|requirements|survey|annual|\bships?\b|vessel"
    r"|\breport\b|dang kiem vien|cap boi|quy dinh|bo luat|signature|lao dong hang hai"
    r"|\brules\b|(?<!tong )cong ty(?!.*bao hiem)|\bregulations?\b"
)
_NAMES_SHIPS = re.compile(
    r"\bships?'? (?:register|registry|inspection|surveyors|class\b|classification)|(?:register|registry) of ships\b"
    r"|(?:marine|maritime|technical) surveyors|shipowners"
)
"""Where an office's own name has a word that else tells of something that is no office."""
_BY = re.compile(
    r"(?:under the authority of|on behalf of|uy quyen cua|thay mat)[^.]{0,120}?\b(?:by|boi)\b[ :]{0,3}(?:the )?"
    r"|(?:hereby |certificate is |document is )?(?<!be )\b(?:issued|granted|made out)(?: to \w+)? by (?:the )?"
    r"|\bduoc cap boi[ :]*"
)
_FOLLOWS = re.compile(r"^(?:for|by|thay mat|cap boi|on behalf of|issued by)\b.*\w$|.* / .*\w$")
_HANGS = re.compile(r"(?:\b(?:of|and|the|for|by)|[&,])$")
"""The end of a line after which a name goes on."""
_ENDS_NAMES = re.compile(
    r"(?:association|administration|authority|society|register|registry|shipping|department|directorate|corporation"
    r"|insurance|affairs|seamen|seafarers|limited|ltd|bureau|agency|club|company|inc|s\.?a|services|isles|islands)\b"
)
_CUT_NAMES = re.compile(
    r"\b(?:maritime|marine|merchant|port|steamship|mutual|ship|classification|bureau|underwriting)$"
)
_NO_NAME = re.compile(r"[0-9,;:()]")
_BETWEEN = re.compile(
    r"\s*[,;:\u00b7\u2022|\u2013\u2014]\s+|\s/\s|\s+-\s+|(?:^|\s+)(?:by|for|at|under|on behalf of|thay m\u1eb7t)\s+"
    r"(?:the\s+)?",
    re.IGNORECASE,
)
_JOINS = frozenset(("of", "and", "the", "&", "for", "de", "du", "des", "di", "v\u00e0"))
_MOST_MORE_WORDS = 6
_KNOWN_PLAIN = sorted((folded(composed(name)) for name in _KNOWN), key=len, reverse=True)


def known_office(text: str) -> tuple[int, int] | None:
    """Where the name of a real office stands in a text, as a name of its own: not within a longer one."""
    plain = folded(text)
    for name in _KNOWN_PLAIN:
        at = plain.find(name)
        end = at + len(name)
        if at >= 0 and not plain[end : end + 1].isalpha() and not plain[max(0, at - 1) : at].isalpha():
            return (at, end) if _whole_name(text, at, end) == (at, end) else None
    return None


def _whole_name(text: str, start: int, end: int) -> tuple[int, int]:
    """The longest run of capitalised words, and small words that join these, around a part of it."""
    words = [(found.start(), found.end()) for found in re.finditer(r"\S+", text)]
    inside = [place for place, (first, last) in enumerate(words) if first < end and last > start]
    if not inside:
        return start, end
    first, last = inside[0], inside[-1]
    left = first
    for place in range(first - 1, max(-1, first - 1 - _MOST_MORE_WORDS), -1):
        word = text[slice(*words[place])]
        if word[-1:] in ",;:.)":
            break
        if word[:1].isupper():
            left = place
        elif word not in _JOINS:
            break
    right = last
    for place in range(last + 1, min(len(words), last + 1 + _MOST_MORE_WORDS)):
        if text[words[place - 1][1] - 1] in ",;:.":
            break
        word = text[slice(*words[place])]
        if word[:1].isupper() and not word.isupper():
            right = place
        elif word not in _JOINS:
            break
    begin, stop = words[left][0] if left < first else start, words[right][1] if right > last else end
    return begin, begin + len(text[begin:stop].rstrip(" ,;:"))


def looks_like_office(text: str) -> bool:
    """Whether a short line reads like the name of an office and like nothing else."""
    plain = folded(text)
    if not 5 <= len(plain) <= 90 or _LOOKS.search(plain) is None:
        return False
    return _NEVER.search(_NAMES_SHIPS.sub("", plain)) is None


def office_in(text: str) -> tuple[int, int] | None:
    """Where the name of an office stands in a line that says more, such as its address; None where there is none."""
    start = 0
    for gap in [*_BETWEEN.finditer(text), None]:
        end = gap.start() if gap is not None else len(text)
        if looks_like_office(text[start:end].strip()) and text[start:end].strip()[:1].isupper():
            return start, end
        if gap is not None:
            start = gap.end()
    return None


def goes_on(text: str, following: str) -> bool:
    """Whether the name of an office that is broken over two lines goes on in the second."""
    text = text.rpartition(" / ")[2]
    plain, more, whole = folded(text).rstrip(), folded(following), f"{text} {following}"
    if not (following[:1].isupper() or more.startswith("of ")) or len(more.split()) > _MOST_MORE_WORDS:
        return False
    if (
        _NO_NAME.search(following)
        or (not text.isascii() and following.isascii())
        or not looks_like_office(whole)
    ):
        return False
    if _HANGS.search(plain) or _CUT_NAMES.search(plain) or more.startswith("of "):
        return True
    return not looks_like_office(following) and (
        not looks_like_office(text) or (_ENDS_NAMES.match(more) is not None and len(more.split()) <= 3)
    )


def begins_name(text: str) -> bool:
    """Whether a line says that a name follows, and may end within that: "For the … / Viet Hai"."""
    return _FOLLOWS.search(folded(text)) is not None


def after_by(plain: str) -> int | None:
    """Where the name begins in "under the authority of the Government of … by …"."""
    found = _BY.search(plain)
    return found.end() if found is not None else None
