"""A French story without end: chapters, places, people who talk; the same seed tells the same story."""

import random
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from workers.samples.french import GRAMMAR, PEOPLE, PLACES, THINGS, TITLES

_SYMBOL = re.compile(r"\[([^\]]+)\]")
_TRIES = 20
_KINDS = ("décor", "geste", "pensée", "réplique")
_MIXTURES = (
    ("décor", "décor", "geste", "pensée"),
    ("geste", "geste", "décor", "geste"),
    ("pensée", "décor", "pensée", "geste", "geste"),
    ("décor", "geste", "pensée"),
    ("geste", "pensée", "geste", "décor", "pensée"),
)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter: its heading, and its paragraphs as lists of sentences."""

    number: int
    title: str
    paragraphs: list[list[str]]


class Storyteller:
    """Makes sentences up; the same one twice only when nothing new comes to mind."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._told: set[str] = set()
        self._lately: dict[str, deque[str]] = {kind: deque(maxlen=6) for kind in _KINDS}

    def chapters(self, paragraphs: int) -> Iterator[Chapter]:
        """Endless chapters of so many paragraphs."""
        number = 0
        while True:
            number += 1
            yield Chapter(number, TITLES[(number - 1) % len(TITLES)], self._chapter(paragraphs))

    def _chapter(self, paragraphs: int) -> list[list[str]]:
        told: list[list[str]] = []
        while len(told) < paragraphs:
            scene = self._scene()
            told.append([self._sentence("décor", scene), self._introduction(scene)])
            for _ in range(self._random.randint(2, 4)):
                mixture = self._random.choice(_MIXTURES)
                told.append([self._sentence(kind, scene) for kind in mixture])
                told.extend(self._dialogue(scene))
        return told[:paragraphs]

    def _scene(self) -> dict[str, str]:
        a, b, c = self._random.sample(sorted(PEOPLE), 3)
        place = self._random.choice(sorted(PLACES))
        return {"A": a, "B": b, "C": c, "O": self._random.choice(THINGS), "L": PLACES[place]}

    def _introduction(self, scene: dict[str, str]) -> str:
        scene = scene | {"a": PEOPLE[scene["A"]], "b": PEOPLE[scene["B"]]}
        patterns = (
            "[A], [a], attendait [B] [comment].",
            "[B], [b], parlait [comment] avec [A].",
            "[A] cherchait [B], [b], [où].",
        )
        return self._new(lambda: self._fill(self._random.choice(patterns), scene))

    def _dialogue(self, scene: dict[str, str]) -> Iterator[list[str]]:
        speakers = [scene["A"], scene["B"]]
        for turn in range(self._random.randint(2, 5)):
            words = self._sentence("réplique", scene)
            if turn < 2 and words.endswith("."):
                said = self._fill("[incise]", scene | {"X": speakers[turn % 2]})
                words = f"{words[:-1]}, {said}."
            yield [f"— {words}"]

    def _sentence(self, kind: str, scene: dict[str, str]) -> str:
        lately = self._lately[kind]

        def tell() -> str:
            fresh = [pattern for pattern in GRAMMAR[kind] if pattern not in lately]
            pattern = self._random.choice(fresh)
            lately.append(pattern)
            return self._fill(pattern, scene)

        return self._new(tell)

    def _new(self, tell: Callable[[], str]) -> str:
        text = _sentence_case(tell())
        for _ in range(_TRIES):
            if text not in self._told:
                break
            text = _sentence_case(tell())
        self._told.add(text)
        return text

    def _fill(self, pattern: str, scene: dict[str, str]) -> str:
        def one(match: re.Match[str]) -> str:
            name = match[1]
            if name in scene:
                return scene[name]
            production = self._random.choice(GRAMMAR.get(name) or GRAMMAR[name.lower()])
            return self._fill(production, scene)

        return _elide(_SYMBOL.sub(one, pattern))


def _sentence_case(text: str) -> str:
    return text[0].upper() + text[1:]


def _elide(text: str) -> str:
    """`de Élise` is said `d’Élise`, `de le` `du`, `que il` `qu’il`."""
    text = re.sub(r"\b([dD])e (?=[AEIOUHÉaeiouéh])", r"\1’", text)
    text = re.sub(r"\b([qQ])ue (?=[AEIOHÉ]|un\b|une\b|il\b|elle\b)", r"\1u’", text)
    for apart, together in (
        (" de le ", " du "),
        (" de les ", " des "),
        (" à le ", " au "),
        (" à les ", " aux "),
    ):
        text = text.replace(apart, together)
    return text
