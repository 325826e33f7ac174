"""Two heads side by side, the office's and the state's; two entries a line; place and date above the signature."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.marks import RED, signature
from tests.corpora.certificates.particulars import keys_of, said
from tests.corpora.certificates.pieces import city_of, period, sealed
from tests.corpora.certificates.sheet import GREY, WIDTH, Look, Run, Sheet

_LEFT, _WIDE = 54.0, WIDTH - 108.0
_HALF, _SPLIT = _WIDE / 2, _WIDE * 0.55
_BODY, _ENTRY = Look(10.6, leading=1.45), Look(10.2, leading=1.3)
_LABELS = {
    "ship_name": ("Ship's name", "Tên tàu"),
    "call_sign": ("Call sign", "Hô hiệu"),
    "imo_number": ("IMO No.", "Số IMO"),
    "official_number": ("Registration No.", "Số đăng ký"),
    "kind": ("Kind of ship", "Công dụng"),
    "port": ("Port of registry", "Cảng đăng ký"),
    "gross": ("Gross tonnage (GT)", "Tổng dung tích (GT)"),
    "deadweight": ("Deadweight (t)", "Trọng tải (tấn)"),
    "keel": ("Keel laid", "Ngày đặt sống chính"),
    "length": ("Length (m)", "Chiều dài (m)"),
    "company": ("Company", "Công ty"),
    "address": ("Address", "Địa chỉ"),
    "company_number": ("Company IMO No.", "Mã số công ty"),
}
_KEYS = (
    "ship_name", "call_sign", "imo_number", "official_number", "kind",
    "port", "gross", "deadweight", "keel", "length",
)  # fmt: skip


def letterheads(facts: Facts) -> Sheet:
    """As offices of the state write to citizens."""
    sheet = Sheet(facts, "serif")
    y = _heads(sheet)
    y = sheet.text(
        _LEFT, y + 26, sheet.title(capitals=True), Look(15, "bold", align="centre", leading=1.25), _WIDE
    )
    under = (
        f"Pursuant to the {facts.kind.convention}",
        "Căn cứ quy định của Công ước và pháp luật hiện hành",
    )
    y = sheet.text(
        _LEFT + 20, y, facts.say(under, between="\n"), Look(9.4, "italic", align="centre"), _WIDE - 40
    )
    y = _entries(sheet, y + 12)
    opening = ("hereby certifies that ", "chứng nhận ")
    by = sheet.facts.authority.initials
    y = sheet.text(
        _LEFT, y + 6, [f"{by} ", _word(sheet, opening), "; ".join(facts.clauses), "."], _BODY, _WIDE
    )
    y = sheet.text(_LEFT, y + 4, _term(sheet), _BODY, _WIDE)
    y = _surveys(sheet, y + 4)
    _close(sheet, max(y + 10, 610))
    further_pages(sheet, 1)
    return sheet


def _heads(sheet: Sheet) -> float:
    facts = sheet.facts
    head = Look(10, "bold", align="centre", leading=1.3)
    y = sheet.text(_LEFT, 54, sheet.issuer("\n"), head, 215)
    sheet.line(_LEFT + 75, y - 7, _LEFT + 140, y - 7)
    number: list[Run] = [facts.say(("No.", "Số"), between="/"), ": ", sheet.value("certificate_number")]
    y = sheet.text(_LEFT, y + 9, number, Look(10, align="centre"), 215)
    right, wide = _LEFT + 222, _WIDE - 222
    if facts.bilingual:
        words = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nSOCIALIST REPUBLIC OF VIET NAM"
        motto = "Độc lập - Tự do - Hạnh phúc\nIndependence - Freedom - Happiness"
    else:
        words, motto = facts.authority.state.upper(), "Ministry of Transport\nMerchant Shipping Service"
    below = sheet.text(right, 54, words, head, wide)
    below = sheet.text(right, below, motto, Look(9.6, "italic", align="centre", leading=1.3), wide)
    sheet.line(right + wide / 2 - 60, below - 6, right + wide / 2 + 60, below - 6)
    return max(y, below)


def _entries(sheet: Sheet, y: float) -> float:
    keys = keys_of(sheet.facts, _KEYS)
    for start in range(0, len(keys), 2):
        bottom = y
        for column, key in enumerate(keys[start : start + 2]):
            english, vietnamese = _LABELS[key]
            label = f"{vietnamese} ({english}): " if sheet.facts.bilingual else f"{english}: "
            runs: list[Run] = [label, said(sheet, key)]
            x, wide = (_LEFT + _SPLIT, _WIDE - _SPLIT) if column else (_LEFT, _SPLIT - 12)
            bottom = max(bottom, sheet.text(x, y, runs, _ENTRY, wide))
        y = bottom + 4
    return y


def _term(sheet: Sheet) -> list[Run]:
    facts = sheet.facts
    runs: list[Run] = []
    if facts.type:
        runs += [_word(sheet, ("Type of certificate: ", "Loại giấy ")), sheet.value("certificate_type"), ". "]
    before = _word(sheet, ("This certificate is valid until ", "Giấy này có giá trị đến "))
    runs += [*period(sheet, before, _word(sheet, ("It does not expire", "Giấy này không thời hạn "))), "."]
    if facts.next_survey:
        due = _word(sheet, (" The next survey is due on ", " Kỳ kiểm tra tiếp theo "))
        runs += [due, sheet.value("next_survey", "bold"), "."]
    return runs


def _surveys(sheet: Sheet, y: float) -> float:
    for number, one in enumerate(sheet.facts.endorsements, 1):
        runs: list[Run] = [f"{number}) {one.what}: "]
        runs += [sheet.done_on(one), f", {one.place} – {one.surveyor}"] if one.on else ["." * 60]
        y = sheet.text(_LEFT + 14, y, runs, Look(9.6), _WIDE - 14) + 3
    return y


def _close(sheet: Sheet, y: float) -> None:
    facts = sheet.facts
    left, wide = _LEFT + _HALF - 10, _HALF + 10
    dated: list[Run] = [f"{city_of(facts)}, ", sheet.value("issue_date")]
    y = sheet.text(left, y, dated, Look(10.6, "italic", align="centre"), wide)
    head = facts.say(("FOR THE DIRECTOR", "TL. GIÁM ĐỐC"), between="\n")
    y = sheet.text(left, y + 3, head, Look(10.6, "bold", align="centre"), wide)
    signature(sheet, left + wide / 2 - 50, y + 44, facts.surveyor)
    sealed(sheet, left + wide / 2 - 54, y + 34, RED, 96)
    sheet.text(left, y + 74, facts.surveyor, Look(10.6, "bold", align="centre"), wide)
    kept = ("Distribution: ship; owner; file.", "Nơi nhận: tàu; chủ tàu; lưu.")
    sheet.text(_LEFT, y + 10, facts.say(kept, between="\n"), Look(8.2, "italic", GREY), 180)


def _word(sheet: Sheet, pair: tuple[str, str]) -> str:
    return sheet.facts.say(pair, between="/ ")
