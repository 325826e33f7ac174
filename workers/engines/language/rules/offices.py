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
    r"|maritime (?:administration|authority|administrator|safety|agency|department|directorate)"
    r"|marine (?:administration|authority|department|board|directorate)|\bshipping (?:administration|directorate)"
    r"|port authority|coast ?guard|\bp ?& ?i\b|\bclub\b|mutual|insurance (?:co|corp|association)|underwriters"
    r"|\b(?:ships?|vessels?|marine|maritime|technical) (?:inspection|surveyors|class\b|classification)"
    r"|\bveritas\b|lloyd|dang ?kiem|hang ?hai|cang vu|bao hiem|administration of shipping|\bdirectorate\b"
)
_NEVER = re.compile(
    r"certificate|giay chung nhan|port of|cang dang ky|official n"
    r"|this is to|convention|under the|issued|requirements|survey|annual|\bships?\b|vessel"
    r"|\breport\b|dang kiem vien|cap boi|quy dinh|bo luat|signature|lao dong hang hai"
)
_NAMES_SHIPS = re.compile(
    r"\bships?'? (?:register|registry|inspection|surveyors|class\b|classification)|(?:register|registry) of ships\b"
    r"|(?:marine|maritime|technical) surveyors"
)
"""Where an office's own name has a word that else tells of something that is no office."""
_BY = re.compile(
    r"(?:under the authority of|on behalf of|uy quyen cua|thay mat)[^.]{0,90}?\b(?:by|boi)\b[ :]{0,3}(?:the )?"
)
HANGS = re.compile(r"(?:\b(?:of|and|the|for)|[&,])$")
"""The end of a line after which a name goes on."""
_BETWEEN = re.compile(
    r"\s*[,;:\u00b7\u2022|\u2013\u2014]\s+|\s+-\s+|(?:^|\s+)(?:by|for|at|under|on behalf of)\s+(?:the\s+)?",
    re.IGNORECASE,
)
_KNOWN_PLAIN = sorted((folded(composed(name)) for name in _KNOWN), key=len, reverse=True)


def known_office(text: str) -> tuple[int, int] | None:
    """Where the name of a real office stands in a text, as a word of its own."""
    plain = folded(text)
    for name in _KNOWN_PLAIN:
        at = plain.find(name)
        end = at + len(name)
        if at >= 0 and not plain[end : end + 1].isalpha() and not plain[max(0, at - 1) : at].isalpha():
            return at, end
    return None


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


def after_by(plain: str) -> int | None:
    """Where the name begins in "under the authority of the Government of … by …"."""
    found = _BY.search(plain)
    return found.end() if found is not None else None
