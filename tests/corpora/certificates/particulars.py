"""What else stands on a certificate about the ship: decoys for whoever looks for the fields."""

from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.sheet import Run, Sheet, Value

Labels = dict[str, tuple[str, str]]

_USUAL: Labels = {
    "ship_name": ("Name of ship", "Tên tàu"),
    "imo_number": ("IMO number", "Số IMO"),
    "call_sign": ("Distinctive number or letters", "Số hoặc hô hiệu"),
    "mmsi": ("MMSI", "Số nhận dạng hàng hải (MMSI)"),
    "official_number": ("Official number", "Số đăng ký"),
    "port": ("Port of registry", "Cảng đăng ký"),
    "gross": ("Gross tonnage", "Tổng dung tích"),
    "net": ("Net tonnage", "Dung tích thực dụng"),
    "deadweight": ("Deadweight of ship (metric tons)", "Trọng tải (tấn)"),
    "length": ("Length of ship (m)", "Chiều dài tàu (m)"),
    "kind": ("Type of ship", "Loại tàu"),
    "keel": ("Date on which keel was laid", "Ngày đặt ky"),
    "delivered": ("Date of delivery", "Ngày bàn giao"),
    "company": ("Name of Company", "Tên công ty"),
    "address": ("Address of Company", "Địa chỉ công ty"),
    "company_number": ("Company identification number", "Số nhận dạng công ty"),
    "owner": ("Registered owner", "Chủ tàu"),
}
"""Labels by key: (English, Vietnamese)."""


def usual(key: str, labels: Labels | None = None) -> tuple[str, str]:
    """A label in both languages: the layout's own, else the usual one."""
    return (labels or {}).get(key) or _USUAL[key]


def said(sheet: Sheet, key: str) -> Run:
    """What stands beside the label of this key."""
    facts, ship = sheet.facts, sheet.facts.ship
    if key in ("ship_name", "imo_number"):
        return sheet.value(key)
    return Value(
        None,
        {
            "call_sign": ship.call_sign,
            "mmsi": ship.mmsi,
            "official_number": ship.official_number,
            "port": facts.authority.city_vi or facts.authority.city,
            "gross": f"{ship.gross:,}",
            "net": f"{ship.net:,}",
            "deadweight": f"{ship.deadweight:,}",
            "length": f"{ship.length:.2f}",
            "kind": facts.say((ship.kind, ship.kind_vi)),
            "keel": facts.day(ship.keel),
            "delivered": facts.day(ship.delivered),
            "company": ship.owner,
            "owner": ship.owner,
            "address": f"{ship.owner_address}, {facts.authority.city_vi or facts.authority.city}",
            "company_number": ship.company_number,
        }[key],
    )


def keys_of(facts: Facts, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The keys that this kind has: a company's certificate says nothing of a ship."""
    if facts.ship_shown:
        return wanted
    return ("company", "address", "company_number", "kind")
