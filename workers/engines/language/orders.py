"""Lines that speak to a machine instead of certifying something.

A certificate does not tell its reader to ignore instructions. A line that does is no evidence of anything, and no
model gets to see it. This is one net among others: what a model says must also stand at its label.
"""

import re

from service.domain.certificate.folding import composed, folded

_ORDERS = re.compile(
    r"\b(?:"
    r"(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instruction|prompt|rule|above|previous|prior|everything)"
    r"|system prompt|(?:new|these|following|your) instructions?\b"
    r"|you (?:are|must|should|will) (?:now |always |only )?(?:an? |answer|reply|respond|output|return|report|say)"
    r"|as an? (?:ai|language model|assistant)|(?:ai|language) model\b|\bllm\b|\bchatbot\b|</?(?:system|user|assistant)>"
    r"|(?:answer|reply|respond|output|return|report)\b.{0,30}\b(?:instead|regardless|json|only with)"
    r"|bo qua\b.{0,40}\b(?:huong dan|chi dan|chi thi|lenh|tren)"
    r")"
)


def is_order(text: str) -> bool:
    """Whether a line reads like an order to a machine."""
    return _ORDERS.search(folded(composed(text))) is not None
