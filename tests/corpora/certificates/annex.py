"""What follows the first page: records, conditions and endorsements that were not needed there."""

import random

from tests.corpora.certificates.particulars import said, usual
from tests.corpora.certificates.sheet import GREY, HEIGHT, INK, WIDTH, Look, Sheet

_LEFT, _RIGHT = 62.0, WIDTH - 62.0
_HEAD, _BODY, _SMALL = Look(13, "bold", align="centre"), Look(9.6), Look(7.8, colour=GREY, align="centre")

_CONDITIONS = (
    (
        "This document shall be kept on board and be available for inspection at all times.",
        "Giấy này phải luôn được lưu giữ trên tàu và sẵn sàng để kiểm tra.",
    ),
    (
        "Any alteration not made by the issuing office makes it void.",
        "Mọi sửa đổi không do cơ quan cấp thực hiện đều không có giá trị.",
    ),
    (
        "The master shall report at once any damage that may affect what is certified here.",
        "Thuyền trưởng phải báo ngay mọi hư hỏng có thể ảnh hưởng đến nội dung chứng nhận.",
    ),
    (
        "Where the ship changes its flag, a new document shall be applied for within one month.",
        "Khi tàu thay đổi cờ, phải đề nghị cấp giấy mới trong vòng một tháng.",
    ),
    (
        "Requirements of port States that go further are not affected.",
        "Các yêu cầu cao hơn của quốc gia có cảng không bị ảnh hưởng.",
    ),
    (
        "The office is liable for no loss that comes from reliance on what it was not told.",
        "Cơ quan cấp không chịu trách nhiệm đối với thông tin không được cung cấp.",
    ),
    (
        "Copies are valid only with an embossed seal of the issuing office.",
        "Bản sao chỉ có giá trị khi có dấu nổi của cơ quan cấp.",
    ),
)
_ITEMS = (
    ("Lifeboats, totally enclosed", "Xuồng cứu sinh kín"),
    ("Liferafts, inflatable", "Phao bè bơm hơi"),
    ("Lifebuoys", "Phao tròn"),
    ("Lifejackets for adults", "Áo phao người lớn"),
    ("Immersion suits", "Bộ quần áo bơi"),
    ("VHF radio installation", "Thiết bị vô tuyến VHF"),
    ("Radar, 9 GHz", "Ra đa 9 GHz"),
    ("Fire pumps", "Bơm chữa cháy"),
    ("Oil filtering equipment (15 ppm)", "Thiết bị lọc dầu (15 ppm)"),
    ("Sewage holding tank (m³)", "Két chứa nước thải (m³)"),
    ("Ballast pumps", "Bơm dằn"),
    ("Emergency generator (kW)", "Máy phát sự cố (kW)"),
)


def conditions(sheet: Sheet) -> None:
    """A page of conditions, in prose."""
    y = _opened(sheet, ("Conditions and notes", "Điều kiện và ghi chú"))
    for number, pair in enumerate(_CONDITIONS, 1):
        text = f"{number}.  {sheet.facts.say(pair, between=chr(10))}"
        y = sheet.text(_LEFT, y, text, _BODY, _RIGHT - _LEFT) + 7
    words = (
        f"This document replaces that with number {sheet.facts.previous}, which is withdrawn.",
        f"Giấy này thay thế giấy số {sheet.facts.previous} đã hết hiệu lực.",
    )
    sheet.text(
        _LEFT, y, f"{len(_CONDITIONS) + 1}.  {sheet.facts.say(words, between=chr(10))}", _BODY, _RIGHT - _LEFT
    )
    _foot(sheet)


def record(sheet: Sheet) -> None:
    """A page that lists equipment; particulars of the ship are repeated at its top."""
    facts = sheet.facts
    y = _opened(sheet, ("Record of equipment", "Danh mục trang thiết bị"))
    for key in (
        ("ship_name", "imo_number", "call_sign", "gross", "delivered") if facts.ship_shown else ("company",)
    ):
        cells = (
            (_LEFT, 210.0, facts.say(usual(key)), Look(9)),
            (_LEFT + 210, _RIGHT - _LEFT - 210, said(sheet, key), Look(9, "bold")),
        )
        bottom = sheet.row(y, cells, least=19)
        sheet.rect((_LEFT, y, _RIGHT, bottom), GREY, 0.4)
        y = bottom
    y += 18
    dice = random.Random(facts.number)
    for index, pair in enumerate(_ITEMS):
        cells = (
            (_LEFT, 34.0, f"{index + 1}", Look(9)),
            (_LEFT + 34, 320.0, facts.say(pair), Look(9)),
            (_LEFT + 354, _RIGHT - _LEFT - 354, str(dice.randrange(1, 40)), Look(9, align="right")),
        )
        bottom = sheet.row(y, cells, least=20)
        sheet.line(_LEFT, bottom, _RIGHT, bottom, GREY, 0.4)
        y = bottom
    _foot(sheet)


def further_pages(sheet: Sheet, begun: int) -> None:
    """Fills up to the number of pages that the document is to have, of which so many are done."""
    for page in (record, conditions, record)[: max(0, sheet.facts.pages - begun)]:
        page(sheet)


def _opened(sheet: Sheet, heading: tuple[str, str]) -> float:
    sheet.new_page()
    head = (f"{sheet.facts.authority.initials} · ", sheet.value("abbreviation"))
    sheet.text(_LEFT, 58, head, _SMALL, _RIGHT - _LEFT)
    y = sheet.text(_LEFT, 86, sheet.facts.say(heading), _HEAD, _RIGHT - _LEFT)
    sheet.line(_LEFT, y - 8, _RIGHT, y - 8, INK, 0.8)
    return y + 14


def _foot(sheet: Sheet) -> None:
    words = (f"Page {sheet.number} of {sheet.facts.pages}", f"Trang {sheet.number}/{sheet.facts.pages}")
    sheet.text(_LEFT, HEIGHT - 40, sheet.facts.say(words), _SMALL, _RIGHT - _LEFT)
