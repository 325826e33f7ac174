"""How much of certificates is read right: fields by rules, over the engines that read, against a corpus with its truth.

A field counts where the document has it or something was found; what is found and is not there is wrong. Names are
compared without regard to case, numbers and dates exactly; where OCR has read, without the marks of Vietnamese letters.
*Apart* are layouts that are held out: chosen by lot among new ones of one author who did not look at the rules, and not
opened, nor what is made of them, by who writes these. A note names the fields that fall short of the goal by
themselves, each with its own share.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from service.domain.certificate.fields import FIELDS
from service.protocol.page_record import page_records
from tests.benchmarks.measuring import Goal, Plan, Row
from tests.benchmarks.scoring import SURE, Mark, fields_short, marked, share
from tests.corpora.certificates.making import SEED, Certificate, certificate
from tests.corpora.certificates.table import Row as Planned
from tests.corpora.certificates.table import rows
from workers.children.outcome import Limits
from workers.engines.language.rules.engine import Rules
from workers.engines.ocr.port import OcrEngine, OcrRequest, PageToRead, Pixels
from workers.engines.ocr.rapid import RapidOcr
from workers.engines.ocr.tesseract import Tesseract
from workers.engines.page import Page
from workers.pipelines.page_models import page_of
from workers.sandbox import Sandbox

_AT_ONCE = 2
_DPI = 200
_PATIENCE = 300.0
"""Seconds for a page: a busy machine reads no worse."""
_LIMITS = Limits(item_seconds=_PATIENCE, total_seconds=_PATIENCE)
_GOALS = {"digital": 95.0, "good": 85.0}
_SURE_GOAL = 97.0
_SCANNED = ("good", "fair", "poor")
_QUICK = {"digital": 6, "good": 1}


@dataclass(frozen=True)
class Judged:
    """A certificate's marks; `stamped` when a stamp was put over its first page."""

    row: Planned
    marks: list[Mark]
    stamped: bool


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """All certificates by what `auto` means without settings; good scans by Tesseract too."""
    chosen = _quick(rows(SEED)) if plan.quick else rows(SEED)
    rapid = RapidOcr(children=_AT_ONCE, threads=1, page_seconds=_PATIENCE)
    try:
        judged = await judge(chosen, plan.folder, rapid)
        for row in _told(judged, "RapidOCR"):
            yield row
    finally:
        await rapid.close()
    tesseract = Tesseract(page_seconds=_PATIENCE)
    if await tesseract.check() is None:
        good = [each for each in chosen if each.quality == "good"]
        for row in _of_quality(
            await judge(good, plan.folder, tesseract), "Tesseract", "good", has_goal=False
        ):
            yield row
    await tesseract.close()


async def judge(planned: Sequence[Planned], folder: Path, ocr: OcrEngine) -> list[Judged]:
    """Reads these certificates, two at a time, and marks what the rules find in them."""
    sandbox, turns = Sandbox(["workers.engines.pdf.child"]), asyncio.Semaphore(_AT_ONCE)
    await sandbox.start()

    async def one(row: Planned) -> Judged:
        async with turns:
            made = certificate(row)
            pages = await read(made, folder / made.name, sandbox, ocr)
        return Judged(row, await marks_of(made, pages), made.truth.stamped)

    try:
        return await asyncio.gather(*(one(row) for row in planned))
    finally:
        await sandbox.close()


async def marks_of(made: Certificate, pages: Sequence[Page]) -> list[Mark]:
    """As the phases Correcting and Extracting go about it."""
    rules, scanned = Rules(), [page for page in pages if page.route == "ocr"]
    corrected = await rules.correct(scanned)
    extracted = await rules.extract([corrected.applied_to(page) for page in pages], FIELDS)
    return marked(made.truth, extracted.found, by_ocr=bool(scanned))


async def read(made: Certificate, path: Path, sandbox: Sandbox, ocr: OcrEngine) -> list[Page]:
    """As the phases Inspecting and Reading go about it: each page by its text layer or by OCR."""
    path.write_bytes(made.content)
    where = {"path": str(path), "kind": made.media}
    async with sandbox.call("workers.engines.pdf.child:inspect", where, _LIMITS) as items:
        routes = str((await items.only())["routes"])
    numbers = range(1, len(routes) + 1)
    scanned = [number for number in numbers if routes[number - 1] == "o"]
    pages: list[Page] = []
    if texts := [number for number in numbers if number not in scanned]:
        call = {"pages": texts, **where}
        async with sandbox.call("workers.engines.pdf.child:read_records", call, _LIMITS) as items:
            async for item in items:
                if item["usable"]:
                    pages += [page_of(record.page()) for record in page_records(item["blob"])]
                else:
                    scanned.append(item["number"])
    if scanned:
        call = {"pages": scanned, "dpi": _DPI, **where}
        async with sandbox.call("workers.engines.pdf.child:render", call, _LIMITS) as items:
            drawn = [item async for item in items]
        for item in drawn:
            pixels = Pixels(item["blob"], item["width_px"], item["height_px"], item["channels"])
            page = PageToRead(item["number"], item["width"], item["height"], item["rotation"], pixels)
            async with aclosing(ocr.read(OcrRequest((page,), languages=("en",)))) as got:
                pages += [each async for each in got]
    path.unlink()
    return sorted(pages, key=lambda page: page.number)


def _told(judged: Sequence[Judged], engine: str) -> Iterator[Row]:
    yield from _of_quality(judged, "text layer", "digital", has_goal=True)
    for quality in _SCANNED:
        yield from _of_quality(judged, engine, quality, has_goal=quality in _GOALS)
    scanned = [each for each in judged if each.row.quality in _SCANNED]
    for what, wants in (
        ("scans that lie wrongly", lambda row: row.turned != 0),
        ("photos and pictures", lambda row: row.media != "pdf"),
        ("scans, Vietnamese beside English", lambda row: row.language == "vi-en"),
    ):
        yield from _row(f"{what}, {engine}", _where(scanned, wants))
    stamped = [each for each in scanned if each.stamped]
    yield from _row(f"scans stamped when they were filed, {engine}", _where(stamped, lambda _: True))
    for what, wants in _LAYOUTS:
        of_it = _where(judged, wants)
        sure = [mark for mark in of_it if mark.is_sure]
        yield from _row(
            f"fields above {SURE} right, {what}", sure, _SURE_GOAL, f"{len(sure)} of {len(of_it)} fields. "
        )


def _of_quality(judged: Sequence[Judged], engine: str, quality: str, *, has_goal: bool) -> Iterator[Row]:
    shown = "digital" if quality == "digital" else f"{quality} scans"
    for what, wants in _LAYOUTS:
        of_it = [
            mark for each in judged if each.row.quality == quality and wants(each.row) for mark in each.marks
        ]
        yield from _row(f"{shown}, {engine}, {what}", of_it, _GOALS[quality] if has_goal else None)


def _row(what: str, marks: Sequence[Mark], goal: float | None = None, note: str = "") -> Iterator[Row]:
    """None where there is nothing to tell of."""
    if marks:
        short = fields_short(marks, goal or _GOALS["good"])
        told = note + (f"Short: {short}." if short else "")
        yield Row(
            "certificates", what, share(marks), "%", Goal(at_least=goal) if goal else None, note=told.strip()
        )


def _where(judged: Sequence[Judged], wants: Callable[[Planned], bool]) -> list[Mark]:
    return [mark for each in judged if wants(each.row) for mark in each.marks]


def _is_known(row: Planned) -> bool:
    return not row.apart


def _is_apart(row: Planned) -> bool:
    return row.apart


_LAYOUTS: tuple[tuple[str, Callable[[Planned], bool]], ...] = (("known", _is_known), ("apart", _is_apart))


def _quick(planned: Sequence[Planned]) -> list[Planned]:
    """A few of each kind that is needed to show that it runs."""
    of_one_page = [each for each in planned if each.pages == 1 and not each.turned]
    return [
        each
        for quality, count in _QUICK.items()
        for each in [one for one in of_one_page if one.quality == quality][:count]
    ]
