"""The labels of a certificate's fields, and of what else stands on certificates."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_LIKE_LETTERS = str.maketrans("01|58!", "oilsbi")


@dataclass(frozen=True, slots=True)
class Label:
    """A label in a cell: of a field, or of something else ("other"). `weight` is how much it says, 0 to 1."""

    code: str
    start: int
    end: int
    weight: float


# Folded, digits as like letters. A space may be missing where a scan lost it.
_WORDS: tuple[tuple[str, float, tuple[str, ...]], ...] = (
    (
        "ship_name",
        1.0,
        (
            "name of ship", "name of the ship", "name of vessel", "name of the vessel", "ship's name", "ships name",
            "vessel's name", "vessels name", "vessel name", "ship name", "ten tau", "ten cua tau", "ten tau bien",
            "name of insured vessel", "insured vessel", "entered ship", "name of craft",
        ),
    ),
    ("ship_name", 0.8, ("ship :", "vessel :", "tau :", "ship:", "vessel:", "m/v :", "the ship named")),
    ("ship_name", 0.8, ("certify that the ship", "certifies that the ship")),
    (
        "imo_number",
        1.0,
        (
            "imo number", "imo no", "imo nr", "imo ship identification number", "imo identification number",
            "imo ship id", "so imo", "so nhan dang imo", "ship identification number", "so hieu imo",
            "ma so imo", "imo#", "imo #", "imo id",
        ),
    ),
    ("imo_number", 0.9, ("imo :", "imo:", "imo")),
    (
        "certificate_number",
        1.0,
        (
            "certificate no", "certificate number", "certificate nr", "cert no", "cert. no", "number of certificate",
            "certificate ref", "so giay chung nhan", "so gcn", "giay chung nhan so", "certificate ld",
            "certificate id", "document no", "document number", "reference no", "file no", "licence no",
            "license no", "so chung nhan", "policy no",
            "report no", "so giay phep", "no. of certificate",
        ),
    ),
    (
        "certificate_number",
        0.85,
        (
            "so / no", "so/no", "no / so", "so:", "so :", "ref:", "ref.:", "ref. :", "reference:", "number:", "doc no",
            "doc. no", "certificate #", "cert. #", "\u2116", "no.:", "no. :", "no:", "no.", "nº", "n°",
        ),
    ),
    ("certificate_number", 0.6, ("so dang ky", "registration no", "registration number")),
    (
        "certificate_type",
        1.0,
        (
            "type of certificate", "certificate type", "loai giay chung nhan", "kind of certificate", "loai gcn",
            "term of certificate", "certificate term", "hinh thuc giay chung nhan", "status of certificate",
        ),
    ),
    (
        "issue_date",
        1.0,
        (
            "date of issue", "issue date", "date issued", "issued on", "date of issuance", "place and date of issue",
            "issued at and on", "ngay cap", "cap ngay", "ngay phat hanh", "ngay ban hanh", "ngay ky",
            "noi va ngay cap", "date of lssue", "dated", "done at", "date of registration", "date of registry",
        ),
    ),
    ("issue_date", 0.95, ("issued at", "issued in", "cap tai", "lam tai")),
    (
        "valid_until",
        1.0,
        (
            "valid until", "valid till", "valid to", "valid through", "validity until", "date of expiry",
            "expiry date", "expiration date", "date of expiration", "expires on", "expiry", "expires",
            "this certificate is valid until", "co gia tri den", "co hieu luc den", "hieu luc den", "gia tri den",
            "ngay het han", "het han", "thoi han den", "valid up to", "in force until", "valid for service until",
            "until noon", "co gia tri toi", "co hieu luc toi", "shall expire on", "remain valid until",
        ),
    ),
    (
        "next_survey",
        1.0,
        (
            "next survey", "next annual survey", "next intermediate survey", "next periodical survey",
            "next verification", "next annual verification", "next intermediate verification", "next inspection",
            "next intermediate inspection", "next survey due", "survey due", "next due", "due date", "due before",
            "due by", "due on", "next endorsement", "next audit", "ky kiem tra tiep theo", "kiem tra tiep theo",
            "lan kiem tra tiep theo", "dot kiem tra tiep theo", "danh gia tiep theo", "dot danh gia tiep theo",
            "kiem tra lan toi", "kiem tra ke tiep", "next renewal", "to be surveyed by", "verification due",
            "inspection due", "han kiem tra", "danh gia lan toi",
        ),
    ),
    (
        "last_endorsement",
        1.0,
        (
            "last endorsement", "date of last endorsement", "latest endorsement", "last endorsed", "last survey",
            "date of last survey", "last annual survey", "last verification", "endorsed on", "xac nhan gan nhat",
            "lan xac nhan gan nhat", "xac nhan cuoi", "lan xac nhan cuoi", "kiem tra gan nhat",
            "lan kiem tra gan nhat", "date of endorsement", "last inspection", "xac nhan ngay",
        ),
    ),
    (
        "issuing_authority",
        1.0,
        (
            "issuing authority", "issued by", "issuing administration", "issuing office", "issuing organisation",
            "issuing organization", "issuing body", "co quan cap", "don vi cap", "to chuc cap", "noi cap", "cap boi",
            "duoc cap boi", "authority", "name of issuing authority", "issuer", "certifying authority",
        ),
    ),
    (
        "other",
        1.0,
        (
            "port of registry", "cang dang ky", "gross tonnage", "gross tons", "tong dung tich", "net tonnage",
            "dung tich thuc", "dung tich toan phan", "distinctive number", "call sign", "ho hieu", "deadweight",
            "trong tai", "type of ship", "type of vessel", "ship type", "loai tau", "kieu tau", "date on which keel",
            "keel laid", "ngay dat ky", "date of build", "year of build", "nam dong", "built", "builder",
            "date of delivery", "place of issue", "noi dong", "place", "surveyor", "dang kiem vien", "signature",
            "signed", "chu ky", "owner", "chu tau", "company", "cong ty", "address", "dia chi", "flag", "quoc tich",
            "co quoc tich", "length", "chieu dai", "breadth", "chieu rong", "depth", "class notation", "mmsi",
            "official number", "completion date", "date of completion", "ngay hoan thanh", "survey on which",
            "kiem tra lam co so", "previous certificate", "replaces", "supersedes", "thay the", "previous",
            "company identification", "engine", "may chinh", "seal", "stamp", "remarks", "ghi chu", "page", "trang",
            "port", "nationality", "tel", "fax", "date of survey", "name of company", "name and address",
            "ten va dia chi", "ten cong ty", "name of owner", "period of", "carrying capacity", "freeboard", "status",
            "code", "limits", "area of operation", "vung hoat dong", "home port", "place of build", "type",
        ),
    ),
)  # fmt: skip


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    forms = sorted({word.translate(_LIKE_LETTERS) for word in words}, key=len, reverse=True)
    each = "|".join(re.escape(form).replace(r"\ ", " ?") for form in forms)
    # A label's last word ends there; labels that end in a mark do already.
    return re.compile(rf"(?<![a-z])(?:{each})(?:(?<![a-z])|(?![a-z]))")


_PATTERNS = tuple((code, weight, _pattern(words)) for code, weight, words in _WORDS)
# What makes of a label another one, when it stands right before or around it.
_NOT_THIS = re.compile(
    r"company|cong ty|owner|chu tau|previous|replac|supersed|thay the|keel|deliver|survey on which|lam co so"
    r"|completion|hoan thanh|machinery|hull no|yard|tonnage cert|construct"
)
_DENIED = re.compile(r"(?<![a-z])(?:no|without|khong(?: co)?) ?$")
_MOST_LABELS = 24


def labels_in(alike: str) -> list[Label]:
    """The labels of a cell (`alike` as Cell has it), from left to right; of those over each other the longest."""
    found = [
        Label(code, match.start(), match.end(), weight)
        for code, weight, pattern in _PATTERNS
        for match in pattern.finditer(alike)
    ]
    found.sort(key=lambda label: (label.start, label.start - label.end, -label.weight))
    kept: list[Label] = []
    for label in found:
        if not kept or label.start >= kept[-1].end:
            kept.append(label)
    return kept[:_MOST_LABELS]


_ALONE: tuple[tuple[str, frozenset[str]], ...] = (
    ("ship_name", frozenset(("ship", "vessel", "tau", "m/v", "mv", "motor vessel", "craft"))),
    ("imo_number", frozenset(("imo",))),
    (
        "certificate_number",
        frozenset(
            ("number", "no", "nr", "ref", "reference", "certificate", "so", "document", "serial no", "serial number",
             "our ref", "registration", "so hieu")
        ),
    ),
    ("issue_date", frozenset(("issued", "issue", "date", "ngay", "issuance", "effective", "effective date", "cap"))),
    (
        "valid_until",
        frozenset(("expires", "expiry", "valid", "validity", "until", "to", "expiration", "hieu luc")),
    ),
    ("issuing_authority", frozenset(("issuer", "by", "office", "issued for", "administration"))),
    ("certificate_type", frozenset(("type", "term", "kind", "loai"))),
)  # fmt: skip
"""Short words that are labels where a cell has nothing else, folded; in either of two languages."""
_WORTH_ALONE = 0.9
_PARTS = re.compile(r" ?[/|\u2022\u00b7] ?")


def label_of_all(plain: str) -> Label | None:
    """The label that a whole cell (folded) is by such a word; a colon or stop may end it."""
    text = plain.strip(" :.")
    parts = (text, *_PARTS.split(text)) if len(text) <= 40 else ()
    for code, words in _ALONE:
        if any(part.strip(" :.") in words for part in parts):
            return Label(code, 0, len(plain), _WORTH_ALONE)
    return None


def is_denied(alike: str, label: Label) -> bool:
    """Whether the words before say that there is no such thing: "has no date of expiry"."""
    return _DENIED.search(alike, max(0, label.start - 30), label.start) is not None


def is_of_another(alike: str, label: Label) -> bool:
    """Whether the words around say that it is another thing's: a company's number, a former certificate's."""
    return _NOT_THIS.search(alike, max(0, label.start - 40), min(len(alike), label.end + 30)) is not None
