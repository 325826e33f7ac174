"""The labels of a certificate's fields in a cell, and of what else stands on certificates."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from workers.engines.language.rules.lexicon import meant

_MOST_LABELS = 24
_MOST_WORDS = 12
_MOST_OF_ONE_LANGUAGE = 7
_MOST_OF_A_LABEL = 120
_VAGUE = 0.8
"""Labels that weigh no more are no begin of a sentence: "This is to certify"."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label in a cell: of a field, or of something else ("other"). `weight` is how much it says, 0 to 1."""

    code: str
    start: int
    end: int
    weight: float


# Folded, digits as like letters. A space may be missing where a scan lost it.
_OTHERS = (
    "port of registry", "cang dang ky", "gross tonnage", "gross tons", "tong dung tich", "net tonnage",
    "dung tich thuc", "dung tich toan phan", "distinctive number", "call sign", "ho hieu", "deadweight",
    "trong tai", "type of ship", "type of vessel", "ship type", "loai tau", "kieu tau", "date on which keel",
    "keel laid", "ngay dat ky", "date of build", "year of build", "nam dong", "built", "builder",
    "date of delivery", "place of issue", "noi dong", "place", "surveyor", "dang kiem vien", "signature", "signed",
    "chu ky", "owner", "chu tau", "company", "cong ty", "address", "dia chi", "flag", "quoc tich", "co quoc tich",
    "length", "chieu dai", "breadth", "chieu rong", "depth", "class notation", "mmsi", "official number",
    "completion date", "date of completion", "ngay hoan thanh", "survey on which", "kiem tra lam co so",
    "previous certificate", "replaces", "supersedes", "thay the", "previous", "company identification", "engine",
    "may chinh", "seal", "stamp", "remarks", "ghi chu", "page", "trang", "port", "nationality", "tel", "fax",
    "date of survey", "name of company", "name and address", "ten va dia chi", "ten cong ty", "name of owner",
    "period of", "carrying capacity", "freeboard", "status", "code", "limits", "area of operation",
    "vung hoat dong", "home port", "place of build", "type", "register no", "registry no", "class no",
    "class number", "off. no", "official no", "o.n.", "port of reg", "registered at", "g.t", "g.r.t", "n.t",
    "n.r.t", "gt", "nt", "grt", "nrt", "dwt", "net tons", "tonnage", "description", "managers", "manager",
    "operator", "master", "year built", "year", "radio call sign", "signal letters", "persons", "crew",
    "noi dang ky", "so dang ky", "cong dung", "cang", "thuyen truong", "nguoi khai thac", "delivered",
    "ngay ban giao", "date of contract", "hull number", "hull no", "power", "kw", "speed", "notation",
    "survey completed", "surveyed", "ngay kiem tra", "hoan thanh kiem tra", "nguoi quan ly", "so cu", "so cong ty",
    "ma so cong ty", "main engine",
)  # fmt: skip
"""What else labels name. They end values and take what stands beside them."""


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    forms = sorted({word.replace("0", "o").replace("1", "i") for word in words}, key=len, reverse=True)
    each = "|".join(re.escape(form).replace(r"\ ", " ?") for form in forms)
    # A label's last word ends there; labels that end in a mark do already.
    return re.compile(rf"(?<![a-z])(?:{each})(?![a-z])")


_OTHER = _pattern(_OTHERS)
_NUMBERED = re.compile(
    r"\s*(?:[(\[]?(?:[0-9]{1,3}|[a-z]|[ivx]{1,4}|[a-z][0-9]{1,2})[.)\]](?![a-z0-9])|[0-9]{1,2}(?:\.[0-9]{1,2}){1,3}(?![0-9])"
    r"|[0-9]{1,2} (?=[a-z ]))\s*"
)
_MARK = re.compile(r"[:\uff1a]|\.{3,}|(?: \.){3,}|_{3,}|\u2026+|(?:\u00b7 ?){4,}|={2,}")
_WORD = re.compile(
    r"[a-z](?:\.[a-z])+(?![a-z])|m/[vts](?![a-z])|n[\u00ba\u00b0]|[\u2116#]|[a-z0-9&]+(?:['\u2019]s(?![a-z]))?"
)
_PARTS = re.compile(r" ?[/|\u2022\u00b7(){}\[\]] ?| [-\u2013\u2014] ")
_CAPITALS = frozenset(("IMO", "NO", "GCN", "ID", "MV", "NR"))
"""Words that labels have in capitals."""
_PREFIXES = frozenset(("mv", "mt", "ms", "ss"))
_BEGIN_VALUES = frozenset(("ngay",))
"""Words that are labels alone, and begin values where something follows: "ngày 03 tháng 05 năm 2024"."""
# What makes of a label another one, when it stands right before or around it.
_NOT_THIS = re.compile(
    r"company|cong ty|owner|chu tau|previous|former|replac|supersed|cancel|thay the|keel|deliver|survey on which"
    r"|lam co so|completion|hoan thanh|machinery|hull no|yard|tonnage cert|construct|so cu|prev(?![a-z])"
)
_NO_LABEL = re.compile(r"[234679,;]")
_ORDINAL = re.compile(r"[\s0-9.()\[\]\"'*\u2022\u00b7-]*(?:[a-z]{1,2}[0-9]?[.)]\s*)?")
_DENIED = re.compile(r"(?<![a-z])(?:no|without|khong(?: co)?) ?$")


def labels_in(text: str, plain: str, alike: str) -> list[Label]:
    """The labels of a cell (`plain` and `alike` as Cell has them), from left to right, none over another.

    A label ends at a colon or at a row of dots; without these it is a whole cell, or begins one.
    """
    numbered = _NUMBERED.match(plain)
    start = numbered.end() if numbered is not None and numbered.end() < len(plain) else 0
    found: list[Label] = []
    marks = list(_MARK.finditer(alike, start))[:_MOST_LABELS]
    for mark in marks:
        label = _ending(alike, start, mark.start(), is_first=mark is marks[0])
        if label is not None:
            found.append(label)
        start = mark.end()
    found += _last(text, alike, start, is_first=not marks)
    return sorted([*found, *_others(alike, found)], key=lambda each: each.start)[:_MOST_LABELS]


def _ending(alike: str, start: int, end: int, *, is_first: bool) -> Label | None:
    """The longest label that ends before a mark; what is none of ours is another one.

    At the begin of a cell no value stands before a label: there "Official number:" is none.
    """
    words = _words(alike, max(start, end - _MOST_OF_A_LABEL), end)[-_MOST_WORDS:]
    for place in range(len(words)):
        first = words[place][1]
        sense = _whole(alike[first:end])
        if sense is not None and (place == 0 or not is_first or (sense[1] == 1 and place < len(words) - 1)):
            return Label(sense[0], first, end, sense[1])
    if 0 < len(words) <= 8 and alike[start:end].strip():
        return Label("other", words[0][1], end, 1.0)
    return None


def _last(text: str, alike: str, start: int, *, is_first: bool) -> Iterator[Label]:
    """What no mark follows: a label that is all of it, else one at its begin."""
    words = _words(alike, start, min(len(alike), start + _MOST_OF_A_LABEL))
    if not words:
        return
    whole = _whole(alike[start:]) if len(alike) - start <= _MOST_OF_A_LABEL else None
    if whole is not None:
        yield Label(whole[0], words[0][1], len(alike.rstrip()), whole[1])
    elif is_first and words[0][0] not in _PREFIXES:
        for count in range(min(_MOST_WORDS, len(words) - 1), 0, -1):
            first, end = words[0][1], words[count - 1][2]
            sense = _whole(alike[first:end], is_begin=True)
            if sense is None or (sense[1] <= _VAGUE and count > 1):
                continue
            if not _begins_other(alike, first, end) and _is_set_alike(text[first:end]):
                yield Label(sense[0], first, end, sense[1] * (1.0 if count > 1 else 0.95))
                return


def _is_set_alike(text: str) -> bool:
    """Whether no value in capitals has begun in it: "Tên tàu BIỂN"."""
    words = [word for word in text.split() if len(word) > 1 and word.isalpha()]
    return len(words) < 2 or words[0].isupper() or not words[-1].isupper() or words[-1] in _CAPITALS


def _begins_other(alike: str, start: int, end: int) -> bool:
    """Whether the words are only the begin of another label: "Date of build"; or of a value."""
    if alike[start:end] in _BEGIN_VALUES:
        return True
    return any(other.start() < end < other.end() for other in _OTHER.finditer(alike, start, end + 30))


def _others(alike: str, found: list[Label]) -> Iterator[Label]:
    for match in _OTHER.finditer(alike):
        if all(match.end() <= each.start or match.start() >= each.end for each in found):
            yield Label("other", match.start(), match.end(), 1.0)


def _words(alike: str, start: int, end: int) -> list[tuple[str, int, int]]:
    return [(_word(match.group()), match.start(), match.end()) for match in _WORD.finditer(alike, start, end)]


def _word(printed: str) -> str:
    if printed in ("\u2116", "#") or printed[-1:] in ("\u00ba", "\u00b0"):
        return "no"
    return printed.replace(".", "").replace("/", "").replace("'", "").replace("\u2019", "")


@lru_cache(maxsize=8192)
def _whole(text: str, *, is_begin: bool = False) -> tuple[str, float] | None:
    """The field that all of a text names, in one language or in two beside each other, and how clearly.

    At the begin of more the last word must be one of the label.
    """
    text = text.replace("m/v", "mv ")
    words = tuple(_word(each) for each in _WORD.findall(text))
    senses = meant(words)
    if senses:
        return senses[0].code, senses[0].weight
    parts = [part for part in _PARTS.split(text) if part.strip()]
    if len(parts) < 2:
        return None
    spelled = [tuple(_word(each) for each in _WORD.findall(part)) for part in parts]
    named = [sense for each in spelled for sense in meant(each)[:1]]
    other = [part for part, each in zip(parts, spelled, strict=True) if not meant(each)]
    if len({sense.code for sense in named}) != 1 or len(other) > len(named):
        return None
    if is_begin and not meant(spelled[-1]):
        return None
    # In letters that a scan lost the other language says nothing; but it is neither long nor a value.
    if any(_NO_LABEL.search(part) for part in other) or max(map(len, spelled)) > _MOST_OF_ONE_LANGUAGE:
        return None
    if other and _OTHER.search(text) is not None:
        return None
    return named[0].code, max(sense.weight for sense in named)


def named_by(alike: str) -> str | None:
    """The field that all of a text is the label of."""
    whole = _whole(alike.strip(" :.")) if len(alike) <= _MOST_OF_A_LABEL else None
    return whole[0] if whole is not None else None


def begins(plain: str, label: Label) -> bool:
    """Whether nothing but a number of the form stands before a label."""
    return _ORDINAL.fullmatch(plain, 0, label.start) is not None


def is_another(text: str) -> bool:
    """Whether a text (folded) names something else, and says nothing besides."""
    return _OTHER.fullmatch(text.strip(" .:")) is not None


def is_denied(alike: str, label: Label) -> bool:
    """Whether the words before say that there is no such thing: "has no date of expiry"."""
    return _DENIED.search(alike, max(0, label.start - 30), label.start) is not None


def is_of_another(alike: str, label: Label) -> bool:
    """Whether the words around say that it is another thing's: a company's number, a former certificate's."""
    return _NOT_THIS.search(alike, max(0, label.start - 40), min(len(alike), label.end + 30)) is not None
