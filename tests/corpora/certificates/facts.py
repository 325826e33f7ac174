"""All that is to be printed on one certificate, before anybody knows how it will look."""

import calendar
import random
from dataclasses import dataclass
from datetime import date, timedelta

from tests.corpora.certificates.authorities import Authority, appointed
from tests.corpora.certificates.days import ENGLISH, VIETNAMESE, printed
from tests.corpora.certificates.kinds import BY_CODE, SERIALS, TYPES_VI, Kind
from tests.corpora.certificates.ships import Ship, launched

_LAST_DONE = date(2026, 9, 30)
_CERTIFIED_VI = "mọi hạng mục đã được kiểm tra và thỏa mãn các yêu cầu áp dụng"
_SURVEYORS = ("H. Lindqvist", "A. Moreau", "P. Okonedo", "R. Tavares", "S. Venn", "K. Aldous")
_SURVEYORS_VI = ("Trần Hải Đăng", "Nguyễn Minh Khoa", "Lê Quốc Bảo", "Phạm Thu Giang")


@dataclass(frozen=True, slots=True)
class Endorsement:
    """A survey between renewals; `on` None is a box that waits for its stamp."""

    what: str
    on: date | None
    place: str
    surveyor: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the certificate says. `ship_shown` is False where the kind names no ship."""

    kind: Kind
    ship: Ship
    authority: Authority
    bilingual: bool
    pages: int
    style: str
    type: str | None
    number: str
    previous: str
    issued: date
    until: date | None
    surveyed: date
    endorsements: tuple[Endorsement, ...]
    next_survey: date | None
    surveyor: str

    @property
    def ship_shown(self) -> bool:
        return not self.kind.of_company

    @property
    def title(self) -> str:
        return self.kind.title

    @property
    def clauses(self) -> tuple[str, ...]:
        """What it certifies, continuing "that"; documents in two languages say it in short in the first of them."""
        return (_CERTIFIED_VI, *self.kind.clauses) if self.bilingual else self.kind.clauses

    @property
    def last_endorsement(self) -> date | None:
        """The latest survey that was done."""
        return max((done.on for done in self.endorsements if done.on), default=None)

    @property
    def type_printed(self) -> str | None:
        """The type as it is printed, in both languages where there are two."""
        if self.type is None or not self.bilingual:
            return self.type
        return f"{TYPES_VI[self.type]} / {self.type}"

    def day(self, day: date) -> str:
        """A date in the style of this document."""
        return printed(day, self.style)

    def say(self, pair: tuple[str, str], between: str = " / ") -> str:
        """English, or Vietnamese and English, from (English, Vietnamese)."""
        english, vietnamese = pair
        return f"{vietnamese}{between}{english}" if self.bilingual else english

    def printed(self, code: str) -> str | None:
        """The value of a field as it is printed; None when the document has none."""
        ship = self.ship if self.ship_shown else None
        days = {
            "issue_date": self.issued,
            "valid_until": self.until,
            "last_endorsement": self.last_endorsement,
            "next_survey": self.next_survey,
        }
        if code in days:
            day = days[code]
            return self.day(day) if day else None
        return {
            "ship_name": ship.prefix + ship.name if ship else None,
            "imo_number": ship.imo if ship else None,
            "certificate_name": self.title,
            "abbreviation": self.kind.abbreviation,
            "certificate_number": self.number,
            "certificate_type": self.type_printed,
            "issuing_authority": self.authority.name,
        }[code]


def facts(seed: str, kind_code: str, *, bilingual: bool, pages: int) -> Facts:
    """A certificate of the kind; the same seed gives the same one."""
    dice = random.Random(seed)
    kind = BY_CODE[kind_code]
    authority = appointed(dice, dice.choice(kind.roles), vietnamese=bilingual)
    kind_of_term = dice.choice(kind.types) if kind.types and dice.random() < 0.75 else None
    issued = date(dice.randrange(2019, 2026), dice.randrange(1, 13), dice.randrange(1, 29))
    until = _until(dice, kind, kind_of_term, issued)
    surveyor = dice.choice(_SURVEYORS_VI if bilingual else _SURVEYORS)
    city = authority.city_vi or authority.city
    endorsements = _endorsements(dice, kind, kind_of_term, issued, (city, surveyor))
    serial, style = dice.randrange(100, 99_000), dice.choice(VIETNAMESE if bilingual else ENGLISH)
    numbered = dice.choice(SERIALS)
    short = "PI" if kind.abbreviation == "P&I" else kind.abbreviation
    return Facts(
        kind=kind,
        ship=launched(dice, vietnamese=bilingual),
        authority=authority,
        bilingual=bilingual,
        pages=pages,
        style=style,
        type=kind_of_term,
        number=numbered(authority.initials, short, issued.year, serial),
        previous=numbered(authority.initials, short, issued.year - 5, dice.randrange(100, 99_000)),
        issued=issued,
        until=until,
        surveyed=issued - timedelta(days=dice.randrange(1, 24)),
        endorsements=endorsements,
        next_survey=_next_survey(dice, kind, issued, until, endorsements),
        surveyor=surveyor,
    )


def _until(dice: random.Random, kind: Kind, term: str | None, issued: date) -> date | None:
    if kind.code == "COR":
        return _later(issued, months=6) if term == "Provisional" else None
    if kind.years is None:
        return None
    if term in ("Interim", "Short term", "Provisional", "Conditional"):
        return _later(issued, months=dice.choice((3, 5, 6)))
    ends = _later(issued, months=12 * kind.years)
    return ends - timedelta(days=dice.choice((0, 1, 1, 17)))


def _endorsements(
    dice: random.Random, kind: Kind, term: str | None, issued: date, signed: tuple[str, str]
) -> tuple[Endorsement, ...]:
    if not kind.check or term not in (None, "Full term"):
        return ()
    yearly = kind.check.startswith("annual")
    done = dice.choice((0, 1, 1, 2, 2, 3)) if yearly else dice.choice((0, 1, 1))
    slots = max(done, min(4, done + dice.choice((0, 1, 1)))) if yearly else 1
    made: list[Endorsement] = []
    for number in range(1, slots + 1):
        months = 12 * number if yearly else 30
        day = _later(issued, months=months) + timedelta(days=dice.randrange(-80, 80))
        on = day if number <= done and day <= _LAST_DONE else None
        made.append(Endorsement(kind.check.capitalize(), on, *(signed if on else ("", ""))))
    return tuple(made)


def _next_survey(
    dice: random.Random, kind: Kind, issued: date, until: date | None, endorsements: tuple[Endorsement, ...]
) -> date | None:
    """Some certificates say when the next survey is due; it is an anniversary of their beginning."""
    if not endorsements or until is None or dice.random() < 0.4:
        return None
    done = sum(1 for one in endorsements if one.on)
    yearly = kind.check.startswith("annual")
    return min(_later(issued, months=12 * (done + 1) if yearly else (60 if done else 30)), until)


def _later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
