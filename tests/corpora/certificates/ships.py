"""Ships that never were, with numbers that could be theirs."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

_FIRST = (
    "AURORA",
    "CORAL",
    "NORTHERN",
    "GOLDEN",
    "SILVER",
    "PACIFIC",
    "EASTERN",
    "OCEAN",
    "ROYAL",
    "CRYSTAL",
    "AMBER",
    "SOLAR",
    "TRADE",
    "MERIDIAN",
    "STELLAR",
    "KESTREL",
    "BOREAL",
    "EMERALD",
    "SAPPHIRE",
    "HALDEN",
)
_SECOND = (
    "STAR",
    "PIONEER",
    "HORIZON",
    "VOYAGER",
    "GLORY",
    "SPIRIT",
    "HARMONY",
    "BREEZE",
    "GUARDIAN",
    "TRADER",
    "EAGLE",
    "DAWN",
    "FORTUNE",
    "PEARL",
    "MARINER",
    "LEGEND",
    "CREST",
    "PROGRESS",
    "TIDE",
    "UNITY",
)
_ALONE = (
    "NORDWIND",
    "ALDEBARAN",
    "THORVALD",
    "MARIANNE K",
    "ST. BRANNOCK",
    "ISOLDE",
    "VEGA-III",
    "TAMARIN",
    "O'HARA BAY",
)
_VIETNAMESE = (
    "HẢI LINH",
    "BIỂN XANH",
    "THIÊN PHÚ",
    "SAO MAI",
    "TRƯỜNG THỊNH",
    "HÒN NGỌC",
    "ĐÔNG PHONG",
    "MINH CHÂU",
    "VĨNH CỬU",
    "PHƯỚC LỘC",
    "BẠCH ĐẰNG",
    "SÔNG LAM",
    "CÁT TƯỜNG",
    "NAM HẢI",
)
_KINDS = (
    ("Bulk carrier", "Tàu chở hàng rời"),
    ("Oil tanker", "Tàu chở dầu"),
    ("General cargo ship", "Tàu chở hàng tổng hợp"),
    ("Container ship", "Tàu chở công-te-nơ"),
    ("Chemical tanker", "Tàu chở hóa chất"),
    ("Gas carrier", "Tàu chở khí hóa lỏng"),
    ("Other cargo ship", "Tàu hàng khác"),
    ("Ro-ro cargo ship", "Tàu hàng ro-ro"),
)
_OWNERS = (
    "Kestrel Bay Navigation Ltd",
    "Amber Line Shipping S.A.",
    "Halden Bulk Carriers AS",
    "Tern & Gull Shipmanagement Pte. Ltd.",
    "Blue Meridian Maritime Inc.",
    "Sablon Armateurs SARL",
    "Oriel Tankers Corporation",
    "Castor Ship Management GmbH",
)
_OWNERS_VI = (
    "Công ty Cổ phần Vận tải biển Sao Mai",
    "Công ty TNHH Hàng hải Biển Xanh",
    "Công ty Cổ phần Vận tải Hải Linh",
    "Công ty TNHH Vận tải biển Trường Thịnh",
    "Công ty Cổ phần Dầu khí Đông Phong",
)
_STREETS = (
    "14 Harbour Street",
    "Quay House, 3 Dock Road",
    "P.O. Box 2217",
    "Level 9, Beacon Tower",
    "27 Ropewalk Lane",
)
_STREETS_VI = ("Số 18 đường Bến Cảng", "Số 5 phố Hải Đăng", "Lô 12 khu Cầu Tàu", "Tầng 6, tòa nhà Sóng Biển")


@dataclass(frozen=True, slots=True)
class Ship:
    """`prefix` is what may stand before the name; `kind` and `kind_vi` say the type of ship."""

    name: str
    prefix: str
    imo: str
    call_sign: str
    mmsi: str
    official_number: str
    gross: int
    net: int
    deadweight: int
    length: float
    kind: str
    kind_vi: str
    keel: date
    delivered: date
    owner: str
    owner_address: str
    company_number: str


def imo_number(six: int) -> str:
    """The IMO number that begins with these six digits (100000 to 999999)."""
    digits = f"{six:06}"
    return digits + str(sum(int(digit) * (7 - place) for place, digit in enumerate(digits)) % 10)


def is_imo_number(text: str) -> bool:
    """Whether the last of the seven digits checks the others."""
    return len(text) == 7 and text.isdigit() and imo_number(int(text[:6])) == text


def launched(dice: random.Random, *, vietnamese: bool) -> Ship:
    """A ship as the dice will have it."""
    gross = dice.randrange(1_600, 96_000)
    keel = date(dice.randrange(1998, 2021), dice.randrange(1, 13), dice.randrange(1, 29))
    kind, kind_vi = dice.choice(_KINDS)
    return Ship(
        name=_name(dice, vietnamese=vietnamese),
        prefix=dice.choice(
            ("", "", "", "MV ", "M.V. ", "M/V ") if "tanker" not in kind else ("", "", "MT ", "M/T ")
        ),
        imo=imo_number(dice.randrange(910_000, 999_999)),
        call_sign=("3W" if vietnamese else dice.choice(("MD", "HZ", "KX", "OQ")))
        + _letters(dice, 2)
        + str(dice.randrange(2, 10)),
        mmsi=f"{574 if vietnamese else dice.choice((819, 827, 693))}{dice.randrange(100_000, 999_999)}",
        official_number=dice.choice(
            (f"{dice.randrange(20_000, 99_999)}", f"{keel.year}-{dice.randrange(100, 999)}-T")
        ),
        gross=gross,
        net=int(gross * dice.uniform(0.42, 0.61)),
        deadweight=int(gross * dice.uniform(1.3, 1.8)),
        length=round(dice.uniform(84, 228), 2),
        kind=kind,
        kind_vi=kind_vi,
        keel=keel,
        delivered=keel + timedelta(days=dice.randrange(200, 520)),
        owner=dice.choice(_OWNERS_VI if vietnamese else _OWNERS),
        owner_address=dice.choice(_STREETS_VI if vietnamese else _STREETS),
        company_number=_company_number(dice),
    )


def _name(dice: random.Random, *, vietnamese: bool) -> str:
    if vietnamese and dice.random() < 0.75:
        return f"{dice.choice(_VIETNAMESE)} {dice.randrange(1, 100):02}"
    if dice.random() < 0.2:
        return dice.choice(_ALONE)
    number = dice.choice(("", "", "", " II", " 7", " 12"))
    return f"{dice.choice(_FIRST)} {dice.choice(_SECOND)}{number}"


def _company_number(dice: random.Random) -> str:
    """Seven digits that are no ship's number."""
    while is_imo_number(number := str(dice.randrange(5_000_000, 6_999_999))):
        pass
    return number


def _letters(dice: random.Random, count: int) -> str:
    return "".join(dice.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(count))
