"""The kinds of certificates that ships carry: names, abbreviations, how long they hold, what they certify."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.corpora.certificates.authorities import Role
from tests.corpora.certificates.truth import Category


@dataclass(frozen=True, slots=True)
class Kind:
    """`abbreviation` is the usual one, `also` are others; `years` None means that it holds without an end.

    `types` are those it may state (none: it states no type). `check` is what is done between its renewals ("" when
    nothing is). `clauses` is what it certifies, continuing a sentence that ends in "that". A kind that is `of_company`
    names no ship.
    """

    code: str
    title: str
    title_vi: str
    abbreviation: str
    also: tuple[str, ...]
    category: Category
    convention: str
    clauses: tuple[str, ...]
    years: int | None = 5
    types: tuple[str, ...] = ()
    check: str = "annual survey"
    roles: tuple[Role, ...] = ("society", "society", "administration")
    of_company: bool = False


_SOLAS = "International Convention for the Safety of Life at Sea, 1974, as modified by the Protocol of 1988"
_MARPOL = (
    "International Convention for the Prevention of Pollution from Ships, 1973, as modified "
    "by the Protocols of 1978 and 1997"
)
_SURVEYED = "the ship has been surveyed in accordance with the requirements of the Convention"
_TERMS = ("Full term", "Full term", "Interim", "Short term")
_CONDITIONS = ("Full term", "Conditional", "Provisional")

KINDS: tuple[Kind, ...] = (
    Kind(
        "SMC",
        "Safety Management Certificate",
        "Giấy chứng nhận quản lý an toàn",
        "SMC",
        (),
        "statutory",
        _SOLAS,
        (
            (
                "the safety management system of the ship has been audited and complies with the International Safety "
                "Management Code (ISM Code)"
            ),
            "the Document of Compliance of the company applies to this type of ship",
        ),
        types=_TERMS,
        check="intermediate verification",
    ),
    Kind(
        "DOC",
        "Document of Compliance",
        "Giấy chứng nhận phù hợp",
        "DOC",
        ("DoC",),
        "statutory",
        _SOLAS,
        (
            (
                "the safety management system of the Company has been audited and complies with the "
                "International Safety "
                "Management Code (ISM Code) for the types of ships listed"
            ),
        ),
        types=_TERMS,
        check="annual verification",
        of_company=True,
    ),
    Kind(
        "ISSC",
        "International Ship Security Certificate",
        "Giấy chứng nhận quốc tế về an ninh tàu biển",
        "ISSC",
        (),
        "statutory",
        "International Code for the Security of Ships and of Port Facilities (ISPS Code)",
        (
            (
                "the security system and any associated security equipment of the ship has been "
                "verified in accordance with "
                "section 19.1 of part A of the ISPS Code"
            ),
            "the ship is provided with an approved ship security plan",
        ),
        types=_TERMS,
        check="intermediate verification",
    ),
    Kind(
        "IOPP",
        "International Oil Pollution Prevention Certificate",
        "Giấy chứng nhận quốc tế về ngăn ngừa ô nhiễm do dầu",
        "IOPP",
        ("IOPPC",),
        "statutory",
        _MARPOL,
        (
            "the ship has been surveyed in accordance with regulation 6 of Annex I of the Convention",
            (
                "the structure, equipment, systems, fittings, arrangement and material of the ship are "
                "in all respects satisfactory"
            ),
        ),
        types=_CONDITIONS,
    ),
    Kind(
        "IAPP",
        "International Air Pollution Prevention Certificate",
        "Giấy chứng nhận quốc tế về ngăn ngừa ô nhiễm không khí",
        "IAPP",
        ("IAPPC",),
        "statutory",
        _MARPOL,
        (
            "the ship has been surveyed in accordance with regulation 5 of Annex VI of the Convention",
            "the equipment, systems, fittings, arrangements and materials fully comply with Annex VI",
        ),
    ),
    Kind(
        "ISPP",
        "International Sewage Pollution Prevention Certificate",
        "Giấy chứng nhận quốc tế về ngăn ngừa ô nhiễm do nước thải",
        "ISPP",
        ("ISPPC",),
        "statutory",
        _MARPOL,
        (
            (
                "the ship is equipped with a sewage treatment plant and a pipeline for the "
                "discharge of sewage to a reception "
                "facility in compliance with regulations 9 and 10 of Annex IV"
            ),
        ),
        check="",
    ),
    Kind(
        "ILL",
        "International Load Line Certificate",
        "Giấy chứng nhận mạn khô quốc tế",
        "LL",
        ("ILL", "ILLC", "LLC", "ILC"),
        "statutory",
        "International Convention on Load Lines, 1966, as modified by the Protocol of 1988",
        (
            _SURVEYED,
            "the freeboards have been assigned and the load lines have been found to be correctly marked",
        ),
        types=_CONDITIONS,
    ),
    Kind(
        "SCC",
        "Cargo Ship Safety Construction Certificate",
        "Giấy chứng nhận an toàn kết cấu tàu hàng",
        "SC",
        ("SCC", "CSSC", "SAFCON", "CSSCC"),
        "statutory",
        _SOLAS,
        (_SURVEYED, "the condition of the structure, machinery and equipment was satisfactory"),
        types=_CONDITIONS,
    ),
    Kind(
        "SEC",
        "Cargo Ship Safety Equipment Certificate",
        "Giấy chứng nhận an toàn trang thiết bị tàu hàng",
        "SE",
        ("SEC", "CSSE", "SEQ", "CSSEC"),
        "statutory",
        _SOLAS,
        (
            _SURVEYED,
            (
                "the life-saving appliances and the equipment of the lifeboats, liferafts and "
                "rescue boats were provided "
                "in accordance with the requirements of the Convention"
            ),
        ),
        types=_CONDITIONS,
    ),
    Kind(
        "SRC",
        "Cargo Ship Safety Radio Certificate",
        "Giấy chứng nhận an toàn vô tuyến điện tàu hàng",
        "SR",
        ("SRC", "CSSR", "CSSRC"),
        "statutory",
        _SOLAS,
        (
            _SURVEYED,
            "the functioning of the radio installations used in life-saving appliances complied with the Convention",
        ),
        types=("Full term", "Short term"),
        check="periodical survey",
    ),
    Kind(
        "MLC",
        "Maritime Labour Certificate",
        "Giấy chứng nhận lao động hàng hải",
        "MLC",
        (),
        "statutory",
        "Maritime Labour Convention, 2006",
        (
            "the ship has been inspected and verified to be in compliance with the requirements of the Convention",
            "the working and living conditions of seafarers correspond to the national requirements",
        ),
        types=_TERMS,
        check="intermediate inspection",
    ),
    Kind(
        "COR",
        "Certificate of Registry",
        "Giấy chứng nhận đăng ký tàu biển",
        "COR",
        ("CoR",),
        "registry",
        "Merchant Shipping (Registration) Act",
        ("the ship described has been duly registered and is entitled to fly the flag of the State",),
        years=None,
        types=("Provisional", "Permanent"),
        check="",
        roles=("administration",),
    ),
    Kind(
        "ITC",
        "International Tonnage Certificate (1969)",
        "Giấy chứng nhận dung tích quốc tế (1969)",
        "ITC",
        ("ITC69", "ITC 69", "TC", "Tonnage"),
        "statutory",
        "International Convention on Tonnage Measurement of Ships, 1969",
        (
            "the tonnages of this ship have been determined in accordance with the provisions of the Convention",
        ),
        years=None,
        check="",
    ),
    Kind(
        "CLASS",
        "Certificate of Class",
        "Giấy chứng nhận cấp tàu",
        "CLASS",
        ("Class", "CC", "COC", "CoC"),
        "class",
        "Rules for the Classification of Ships",
        (
            "the hull and machinery have been surveyed in accordance with the Rules",
            "the ship was found to be in condition to retain the class notation 100A1 ESP +LMC UMS",
        ),
        types=("Full term", "Provisional", "Interim", "Conditional"),
        roles=("society",),
    ),
    Kind(
        "BWM",
        "International Ballast Water Management Certificate",
        "Giấy chứng nhận quốc tế về quản lý nước dằn",
        "BWM",
        ("BWMC", "IBWM", "IBWMC"),
        "statutory",
        "International Convention for the Control and Management of Ships' Ballast Water and Sediments, 2004",
        ("ballast water management on the ship complies with the Convention, by the D-2 standard",),
        types=("Full term", "Interim"),
    ),
    Kind(
        "IEE",
        "International Energy Efficiency Certificate",
        "Giấy chứng nhận quốc tế về hiệu quả năng lượng",
        "IEE",
        ("IEEC",),
        "statutory",
        _MARPOL,
        (
            "the ship has been surveyed in accordance with regulation 5.4 of Annex VI of the Convention",
            "the ship complies with the applicable requirements in regulations 22, 23, 24, 25 and 26",
        ),
        years=None,
        check="",
    ),
    Kind(
        "AFS",
        "International Anti-fouling System Certificate",
        "Giấy chứng nhận quốc tế về hệ thống chống hà",
        "AFS",
        ("AFSC", "IAFS", "IAFSC"),
        "statutory",
        "International Convention on the Control of Harmful Anti-fouling Systems on Ships, 2001",
        (
            (
                "an anti-fouling system controlled under Annex 1 has not been applied to this ship, "
                "and the system applied complies "
                "with the applicable requirements of the Convention"
            ),
        ),
        years=None,
        check="",
    ),
    Kind(
        "CLC",
        "Certificate of Insurance or Other Financial Security in Respect of Civil Liability for Oil Pollution Damage",
        "Giấy chứng nhận bảo hiểm trách nhiệm dân sự đối với tổn thất ô nhiễm dầu",
        "CLC",
        (),
        "insurance",
        "International Convention on Civil Liability for Oil Pollution Damage, 1992, article VII",
        (
            (
                "there is in force in respect of the ship a policy of insurance or other financial "
                "security satisfying the "
                "requirements of article VII of the Convention"
            ),
        ),
        years=1,
        check="",
        roles=("administration",),
    ),
    Kind(
        "PNI",
        "P&I Certificate of Entry",
        "Giấy chứng nhận bảo hiểm P&I",
        "P&I",
        ("PNI", "PI", "COE", "P & I"),
        "insurance",
        "Rules of the Association",
        (
            "the vessel is entered in this Association for protection and indemnity risks, subject to its Rules",
        ),
        years=1,
        types=("Provisional", "Full term"),
        check="",
        roles=("club",),
    ),
    Kind(
        "MSMD",
        "Minimum Safe Manning Document",
        "Giấy chứng nhận định biên an toàn tối thiểu",
        "MSM",
        ("MSMD", "SMD", "MSMC", "MSC"),
        "statutory",
        "International Convention for the Safety of Life at Sea, 1974, regulation V/14",
        (
            (
                "the ship is considered to be safely manned if, whenever it proceeds to sea, it "
                "carries not less than the number "
                "and grades of personnel of the table"
            ),
        ),
        check="",
        roles=("administration",),
    ),
)

BY_CODE = {kind.code: kind for kind in KINDS}

TYPES_VI = {
    "Full term": "Dài hạn",
    "Interim": "Tạm thời",
    "Short term": "Ngắn hạn",
    "Provisional": "Tạm thời",
    "Conditional": "Có điều kiện",
    "Permanent": "Không thời hạn",
}
"""The types in Vietnamese."""

SERIALS: tuple[Callable[[str, str, int, int], str], ...] = (
    lambda office, kind, year, serial: f"{office}-{year}-{serial:05}",
    lambda office, kind, year, serial: f"{office}/{kind}/{serial % 10_000:04}",
    lambda office, kind, year, serial: f"{serial % 100_000:05}/{year % 100:02}/{kind}",
    lambda office, kind, year, serial: f"{kind}{year % 100:02}{serial % 10_000:04}",
    lambda office, kind, year, serial: f"{serial % 90 + 10}{year % 100:02}-{serial:06}",
    lambda office, kind, year, serial: f"{serial:06}",
    lambda office, kind, year, serial: f"{office} {year % 100:02}{serial:05}-{serial % 9 + 1}",
    lambda office, kind, year, serial: f"{serial % 1000:03}-{kind}.{year}",
)
"""How offices number what they issue: from their initials, the kind, the year and a serial number."""
