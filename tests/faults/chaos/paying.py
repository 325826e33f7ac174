"""Written down in each worker: when it began to want answers of a model, and when it knew that they were kept."""

from collections.abc import Sequence
from functools import wraps
from typing import Any

from service.domain.engines import REMOTE_ENGINES
from tests.faults.chaos.evidence import Evidence
from tests.faults.chaos.library import portion
from workers.engines.language.shortening import numbered
from workers.pipelines.sentences.answers import Answers

WANTED, KEPT = "answer wanted", "answer kept"


def watch(evidence: Evidence) -> None:
    """Looks at all answers from now on."""
    inner = Answers.of

    @wraps(inner)
    async def of(self: Answers, sentences: Sequence[str], most_words: int) -> Any:
        if self._engine.name not in REMOTE_ENGINES:  # pyright: ignore[reportPrivateUsage] - who answers
            return await inner(self, sentences, most_words)
        asked = portion(numbered(sentences))
        evidence.note(WANTED, portion=asked)
        answered = await inner(self, sentences, most_words)
        evidence.note(KEPT, portion=asked)
        return answered

    Answers.of = of
