"""Who issues certificates: states, offices, societies and clubs that do not exist (save for Viet Nam, the state)."""

import random
from dataclasses import dataclass
from typing import Literal, TypeAlias

Role: TypeAlias = Literal["society", "administration", "club"]


@dataclass(frozen=True, slots=True)
class Authority:
    """`name` is what a certificate gives as its issuer; `state` under whose authority it does so."""

    name: str
    name_vi: str
    initials: str
    state: str
    state_vi: str
    city: str
    city_vi: str
    role: Role


_STATES = (
    ("Republic of Meridia", "Port Amber"),
    ("Commonwealth of Halden Isles", "Saint Brannock"),
    ("Republic of Costa Brisa", "Puerto Alba"),
    ("Kingdom of Norrland", "Skagen Havn"),
    ("Democratic Republic of Tavoy", "Tavoy Harbour"),
)
_SOCIETIES = (
    ("Boreal Register of Shipping", "BRS"),
    ("Halden Lloyd Register", "HLR"),
    ("Bureau Océan", "BO"),
    ("Meridian Classification Society", "MCS"),
    ("Det Sydlige Veritas", "DSV"),
    ("Oriel Ship Inspection & Class Ltd.", "OSIC"),
)
_OFFICES = (
    ("{of} Maritime Administration", "MA"),
    ("Directorate of Merchant Shipping", "DMS"),
    ("Bureau of Maritime Affairs", "BMA"),
    ("Registry of Ships and Seamen", "RSS"),
    ("Maritime and Port Authority of {of}", "MPA"),
)
_CLUBS = (
    ("Gannet Mutual P&I Association", "GMA"),
    ("The Breakwater Club (Europe) Ltd", "BWC"),
    ("Norrland Shipowners' Mutual Assurance", "NSM"),
    ("Amber Steamship Mutual Underwriting Association", "ASM"),
)
_VIET_NAM = ("Socialist Republic of Viet Nam", "Cộng hòa xã hội chủ nghĩa Việt Nam")
_SOCIETIES_VI = (
    ("Bien Dong Register", "Đăng kiểm Biển Đông", "BDR"),
    ("Sao Mai Ship Register", "Trung tâm Đăng kiểm tàu biển Sao Mai", "SMR"),
    ("Viet Hai Register of Shipping", "Cục Đăng kiểm Việt Hải", "VHR"),
)
_OFFICES_VI = (
    ("Vinh Xanh Maritime Administration", "Cảng vụ Hàng hải Vịnh Xanh", "VXMA"),
    ("Cua Lam Maritime Department", "Chi cục Hàng hải Cửa Lam", "CLMD"),
)
_CLUBS_VI = (("Hai Dang Insurance Corporation", "Tổng công ty Bảo hiểm Hải Đăng", "HDI"),)
_CITIES_VI = (
    ("Hai Phong", "Hải Phòng"),
    ("Ho Chi Minh City", "TP. Hồ Chí Minh"),
    ("Da Nang", "Đà Nẵng"),
    ("Ha Noi", "Hà Nội"),
)


def appointed(dice: random.Random, role: Role, *, vietnamese: bool) -> Authority:
    """An issuer with that role."""
    if vietnamese:
        names = {"society": _SOCIETIES_VI, "administration": _OFFICES_VI, "club": _CLUBS_VI}[role]
        name, name_vi, initials = dice.choice(names)
        city, city_vi = dice.choice(_CITIES_VI)
        return Authority(name, name_vi, initials, *_VIET_NAM, city, city_vi, role)
    state, city = dice.choice(_STATES)
    names = {"society": _SOCIETIES, "administration": _OFFICES, "club": _CLUBS}[role]
    name, initials = dice.choice(names)
    short = state.rpartition(" of ")[2]
    return Authority(name.format(of=short), "", initials, state, "", city, "", role)
