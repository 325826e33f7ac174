"""Where a model and the rules read different values, the one that stands at its label is kept, and a person looks."""

from collections.abc import Mapping

from service.domain.certificate.catalogue import comparable
from workers.engines.language.port import Found

_SURE = 0.9
_DISPUTED = 0.6
"""The most confidence of a value that the other reader contradicts."""
# Names and offices may be told at different length; these are one thing or another.
_EXACT = frozenset({"imo_number", "certificate_number", "issue_date", "valid_until"})


def weighed(model: Mapping[str, Found], rules: Mapping[str, Found]) -> dict[str, Found]:
    """The model's values; where the rules are sure of another, theirs, with a confidence that asks for a look."""
    return {code: _weighed(found, rules.get(code)) for code, found in model.items()}


def _weighed(model: Found, rules: Found | None) -> Found:
    if rules is None or rules.confidence < _SURE or _agree(model, rules):
        return model
    return Found(
        rules.code,
        rules.value,
        rules.as_printed,
        min(rules.confidence, _DISPUTED),
        rules.page,
        rules.box,
    )


def _agree(model: Found, rules: Found) -> bool:
    one, other = comparable(model.value), comparable(rules.value)
    if model.code in _EXACT:
        return one == other
    return one in other or other in one
