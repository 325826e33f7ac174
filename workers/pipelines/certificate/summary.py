"""`<name>_Summary.txt`: what was found on a certificate and what became of it, for people who look into the archive."""

from collections.abc import Iterator, Sequence

from service.domain.certificate.checks import Flaw
from service.domain.certificate.fields import FIELDS
from service.domain.document import extension
from service.domain.message import english
from service.domain.records.columns import TITLES
from workers.pipelines.certificate.decision import Decision
from workers.pipelines.certificate.facts import Facts

_ENDING = "_Summary.txt"
_LONGEST_STEM = 180


def summary_name(document_name: str) -> str:
    """Beside the document's own, in lists too."""
    stem = document_name.removesuffix(document_name[len(document_name) - len(extension(document_name)) :])
    return stem[:_LONGEST_STEM] + _ENDING


def summary(document_name: str, facts: Facts, decision: Decision, flaws: Sequence[Flaw]) -> str:
    """Plain text; the same facts and decisions give the same text."""
    return "\n".join(_lines(document_name, facts, decision, flaws)) + "\n"


def _lines(document_name: str, facts: Facts, decision: Decision, flaws: Sequence[Flaw]) -> Iterator[str]:
    yield f"Document: {document_name}"
    yield f"Ship: {decision.ship.folder}"
    if facts.category:
        yield f"{TITLES['category']}: {facts.category}"
    yield ""
    for each in FIELDS:
        field = facts.fields.get(each.code)
        if field is None:
            yield f"{TITLES[each.code]}: -"
            continue
        sure = round(100 * field["confidence"])
        yield f"{TITLES[each.code]}: {field['value']} (page {field['page']}, {sure} % sure)"
    told = [english("note", note["code"], note["params"]) for note in decision.notes]
    told += [english("failure", _code(flaw), flaw.params) for flaw in flaws]
    if told:
        yield ""
        yield from told


def _code(flaw: Flaw) -> str:
    return f"missing_{flaw.fields[0]}" if flaw.code == "field_missing" else flaw.code
