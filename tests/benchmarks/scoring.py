"""Fields that were found, held against the truth of the corpus."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from service.domain.certificate.fields import FIELDS
from service.domain.certificate.folding import composed, folded
from tests.corpora.certificates.truth import Truth
from workers.engines.language.port import Found

SURE = 0.9
_TEXTS = frozenset(each.code for each in FIELDS if each.kind == "text" and each.code != "certificate_number")


@dataclass(frozen=True)
class Mark:
    """One field of one certificate: whether it is right, and how sure the engine was, None where it found nothing."""

    code: str
    is_right: bool
    confidence: float | None

    @property
    def is_sure(self) -> bool:
        """Whether the engine says that it knows."""
        return self.confidence is not None and self.confidence > SURE


def marked(truth: Truth, found: Mapping[str, Found], *, by_ocr: bool) -> list[Mark]:
    """A mark for each field that the document has, or that was found though it has it not."""
    marks: list[Mark] = []
    for each in FIELDS:
        value, got = truth.fields[each.code], found.get(each.code)
        if value is None and got is None:
            continue
        is_right = (
            value is not None and got is not None and _agrees(truth, each.code, got.value, by_ocr=by_ocr)
        )
        marks.append(Mark(each.code, is_right, got.confidence if got is not None else None))
    return marks


def share(marks: Iterable[Mark]) -> float:
    """Percent of them that are right."""
    each = [mark.is_right for mark in marks]
    return 100 * sum(each) / max(1, len(each))


def fields_short(marks: Iterable[Mark], goal: float) -> str:
    """The fields whose own share is below the goal, the worst first, with that share."""
    by_field: defaultdict[str, list[Mark]] = defaultdict(list)
    for each in marks:
        by_field[each.code].append(each)
    short = sorted((share(several), code) for code, several in by_field.items() if share(several) < goal)
    return ", ".join(f"{code} {value:.0f}" for value, code in short)


def _agrees(truth: Truth, code: str, value: str, *, by_ocr: bool) -> bool:
    wanted = (str(truth.fields[code]), *truth.also.get(code, ()))
    if code not in _TEXTS:
        return value in wanted
    return _compared(value, by_ocr=by_ocr) in {_compared(each, by_ocr=by_ocr) for each in wanted}


def _compared(text: str, *, by_ocr: bool) -> str:
    plain = " ".join(composed(text).split())
    return folded(plain) if by_ocr else plain.casefold()
