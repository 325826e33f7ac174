"""What labels of certificates are made of: the words of each field, in English and in folded Vietnamese.

A label means a field when it has a word of each of the groups that the field needs, and no word that the field does
not know. So "Date of issue", "Issued on" and "Day of issue of this certificate" are one label, and "Place of issue" or
"Company IMO No." are none of these, without a list of all that offices may print.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from service.domain.certificate.folding import folded

_LIKE_LETTERS = str.maketrans("01|58!", "oilsbi")
_SHORTEST_MISREAD = 6
_MOST_WORDS = 14
_MOST_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class Sense:
    """Words of a field's label: one of each group of `needs`, and none besides these and `may`."""

    code: str
    weight: float
    needs: tuple[frozenset[str], ...]
    may: frozenset[str]

    def is_meant(self, words: frozenset[str]) -> bool:
        return all(words & group for group in self.needs) and words <= self.may


def _sense(code: str, weight: float, *needs: str, may: str = "") -> Sense:
    groups = tuple(_words(group) for group in needs)
    return Sense(code, weight, groups, _words(may).union(_words(_ANYWHERE), *groups))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.translate(_LIKE_LETTERS).split())


_ANYWHERE = "the of this that which was is are be been has have it its a an and or la"
"""Words that make a sentence of a label and change nothing: "Date on which this certificate was issued"."""
_DOCUMENT = "certificate certificates cert document documents doc policy licence license permit paper"
_SURVEY = (
    "survey surveys surveyed verification verifications verified inspection inspections inspected audit audits"
    " audited endorsement endorsements endorsed visit examination examined renewal docking check attendance"
)
_OFTEN = "annual intermediate periodical periodic yearly additional occasional class hull statutory mandatory"
_KIEM = "kiem danh xac tham"
_KIEM_MAY = "tra gia nhan dinh lan ky dot ngay hang nam trung gian chu tau cua duoc phai tham"

SENSES: tuple[Sense, ...] = (
    _sense(
        "imo_number", 1.0, "imo",
        may="no number numbers nr id ident identification identity ship ships vessel vessels lr of and the unique code"
        " so ma hieu nhan dang dinh danh tau bien phan cap cua",
    ),
    _sense("imo_number", 1.0, "identification", "ship ships vessel vessels", may="no number nr of the unique"),
    _sense(
        "last_endorsement", 1.0, "last latest recent recently", _SURVEY,
        may=f"date dates day on of the most was is place and at held done made completed {_OFTEN}",
    ),
    _sense("last_endorsement", 0.95, "endorsed", may="on date last latest most recently at the"),
    _sense("last_endorsement", 0.95, "date", "endorsement", may="of the on"),
    _sense("last_endorsement", 1.0, "gan cuoi moi", _KIEM, may=f"nhat cung {_KIEM_MAY}"),
    _sense("last_endorsement", 1.0, "xac", "ngay", "nhan"),
    _sense(
        "next_survey", 1.0, "next due before later forthcoming upcoming subsequent again window", _SURVEY,
        may="date day on of the to be held carried out made not no than by must shall is for this ship ships vessel in"
        f" latest at and or place completed within falls {_OFTEN}",
    ),
    _sense(
        "next_survey", 1.0, _SURVEY, "by deadline",
        may=f"to be must shall the ship vessel date subject presented for next of {_OFTEN}",
    ),
    _sense("next_survey", 0.95, "due", may="date by on before next is"),
    _sense(
        "next_survey", 1.0, "tiep toi ke sau han truoc sap", _KIEM,
        may=f"theo khong muon hon den {_KIEM_MAY}",
    ),
    _sense(
        "valid_until", 1.0,
        "valid validity expiry expires expire expired expiration expiring until till thru through lapses lapse"
        " terminates termination ends end ceases force runs closes usable",
        may=f"{_DOCUMENT} this the date day of on to is not after and including inclusive last latest remains remain"
        " shall in good holds hold term cover up period for service noon midnight by its before effect will be at or"
        " unless withdrawn earlier ends end day final effective out from void limit",
    ),
    _sense("valid_until", 0.9, "den toi", "ngay het", may="cho"),
    _sense("valid_until", 0.95, "day date", "last final", may=f"{_DOCUMENT} for service term"),
    _sense("valid_until", 0.8, "to term terms", may="up and including of"),
    _sense(
        "valid_until", 1.0, "luc tri han", "hieu gia thoi het han",
        may="co con den toi ngay su dung cuoi cung cua giay chung nhan nay gcn sau khong qua hieu gia thoi het han",
    ),
    _sense(
        "issue_date", 1.0,
        "issue issued issuance issuing signed signing grant granted granting dated given executed sealed drawn made",
        "date dated day on", may=f"{_DOCUMENT} at in place out up original signature first",
    ),
    _sense("issue_date", 0.9, "issue issued issuance granted signed dated", may=f"{_DOCUMENT} this the out"),
    _sense("issue_date", 0.95, "issued done given signed granted made", "at in", may="this and"),
    _sense("issue_date", 0.85, "made", "out", may="on at"),
    _sense(
        "issue_date", 0.85, "date day",
        may=f"{_DOCUMENT} this the of and place signature signing at registration registry",
    ),
    _sense("issue_date", 0.6, "effective inception commencement valid", "from date", may="on as commencing"),
    _sense(
        "issue_date", 1.0, "ngay", "cap ky lap hanh lam",
        may="ban phat hanh thang nam noi va giay chung nhan nay cua dia diem gcn tai",
    ),
    _sense("issue_date", 0.95, "cap ky lap lam", "tai", may="ngay noi"),
    _sense("issue_date", 0.8, "ngay", may="thang nam"),
    _sense(
        "certificate_number", 1.0, "no nos number nr num ref reference id identification identifier utn code",
        "certificate cert document doc policy licence license permit serial tracking control file report entry paper",
        may="of the this our unique record and",
    ),
    _sense(
        "certificate_number", 0.85, "no number nr ref reference utn", may="our the of this serial unique so",
    ),
    _sense("certificate_number", 0.7, "certificate document"),
    _sense(
        "certificate_number", 0.95, "so", "giay gcn hieu chung cap van",
        may="nhan nay cua chi thu ban ky tai lieu phep ma",
    ),
    _sense("certificate_number", 0.85, "so"),
    _sense(
        "ship_name", 1.0, "ship ships vessel vessels craft yacht tau", "name names named ten",
        may="of the unit insured entered motor tanker con cua bien thuyen concerned",
    ),
    _sense("ship_name", 1.0, "ten", "phuong", may="tien thuy cua"),
    _sense(
        "ship_name", 0.9, "ship vessel craft yacht mv tau",
        may="the unit insured entered motor subject con bien thuyen concerned covered called question in",
    ),
    _sense("ship_name", 0.7, "name", may="of"),
    _sense(
        "certificate_type", 1.0, "type kind form nature status category term terms sort",
        "certificate certificates cert document issue", may="of the this and",
    ),
    _sense("certificate_type", 0.9, "type kind status category term form nature", may="of validity"),
    _sense("certificate_type", 1.0, "issued", "as", may="a this certificate document"),
    _sense(
        "certificate_type", 1.0, "loai hinh tinh kieu dang thoi",
        may="giay chung nhan thuc chat trang han cap gcn to hieu luc cua nay",
    ),
    _sense(
        "issuing_authority", 1.0, "authority authorities issuer body office organisation organization society agency"
        " insurer insurers registrar", "issuing issued issuer certifying recognized recognised certifying granting"
        " competent responsible insurer insurers", may="the for on of name and place certificate by seal or signed",
    ),
    _sense(
        "issuing_authority", 1.0, "issued granted certified", "by",
        may="the and on behalf of name place seal stamp",
    ),
    _sense(
        "issuing_authority", 0.9, "by issuer authority administration office insurer behalf society club registrar",
        may="for on name issuing signed classification class",
    ),
    _sense(
        "issuing_authority", 1.0, "quan vi chuc boi noi", "cap hanh chung",
        may="co don to duoc uy quyen giay nhan ban phat ky va ten cua noi dau",
    ),
)  # fmt: skip
"""From the most to the least particular: the first that is meant is taken, and what else may be is asked of values."""

_BOTH = ("certificate_type", "valid_until")
"""Words such as "term" name either: the value tells which."""
_KNOWN = frozenset[str]().union(*(each.may for each in SENSES))
_LONG = tuple(sorted(word for word in _KNOWN if len(word) >= _SHORTEST_MISREAD))


# Written with their marks, to tell what a scan leaves of them.
_VIETNAMESE = (
    "hiệu lực giá trị hết hạn đến tới cấp số giấy chứng nhận kiểm lần gần nhất loại tiếp thời dụng cuối chức"
    " phát tại đợt định tạm thẩm được"
)


def _lost(word: str) -> str:
    """What OCR without Vietnamese leaves of a word: letters with two marks, or with a dot below, are lost."""
    kept: list[str] = []
    for letter in word:
        marks = unicodedata.normalize("NFD", letter)[1:]
        if len(marks) < 2 and _DOT_BELOW not in marks:
            kept.append(letter)
    return folded("".join(kept))


_DOT_BELOW = "\u0323"
_LOST = {
    _lost(word): folded(word)
    for word in _VIETNAMESE.split()
    if _lost(word) != folded(word) and _lost(word) not in _KNOWN and _lost(word)
}
_SCRAPS = re.compile(r"[a-z]+")


def restored(plain: str) -> str:
    """A folded text with the Vietnamese words of which a scan has lost letters."""
    return _SCRAPS.sub(lambda found: _LOST.get(found.group(), found.group()), plain)


def meant(words: tuple[str, ...]) -> tuple[Sense, ...]:
    """The fields that a label of these words (folded, digits as like letters) names: none, one, seldom two."""
    if not 0 < len(words) <= _MOST_WORDS:
        return ()
    known = frozenset(part for word in words for part in _mended(word))
    found: dict[str, Sense] = {}
    for sense in SENSES:
        if sense.is_meant(known):
            found.setdefault(sense.code, sense)
            if sense.code not in _BOTH:
                break
    return tuple(found.values())[:2]


@lru_cache(maxsize=4096)
def _mended(word: str) -> tuple[str, ...]:
    """The word as it is known: with a letter that a scan misread, or apart where a scan lost the space."""
    if word in _LOST:
        return (_LOST[word],)
    if word in _KNOWN or not _SHORTEST_MISREAD <= len(word) <= _MOST_CHARACTERS:
        return (word,)
    alike = extractOne(word, _LONG, scorer=OSA.distance, score_cutoff=1 if len(word) < 9 else 2)
    if alike is not None:
        return (alike[0],)
    return _apart(word) or (word,)


def _apart(word: str) -> tuple[str, ...] | None:
    """The fewest known words that it is written of."""
    best: list[tuple[str, ...] | None] = [()]
    for end in range(1, len(word) + 1):
        options = [
            (*before, word[start:end])
            for start in range(max(0, end - 14), end)
            if (before := best[start]) is not None and word[start:end] in _KNOWN and end - start > 1
        ]
        best.append(min(options, key=len, default=None))
    return best[-1]
