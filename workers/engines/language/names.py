"""How alike two ships' names are."""

from rapidfuzz import fuzz

from service.domain.certificate.checks import comparable_ship_name


def name_score(one: str, other: str) -> float:
    """0 to 100; from `NAMES_AGREE` on they are taken for the same ship's, however they are written or were read."""
    first, second = comparable_ship_name(one), comparable_ship_name(other)
    if not first or not second:
        return 0.0
    return max(fuzz.ratio(first, second), fuzz.ratio(first.replace(" ", ""), second.replace(" ", "")))
