"""The page's words, as it says them: what tests look for in each of its languages."""

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

_FOLDER = Path(__file__).parents[2] / "frontend_static" / "i18n"
_SHOWN = """() => {
  const found = [document.title];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) found.push(walk.currentNode.data);
  for (const each of document.querySelectorAll("*")) {
    for (const name of ["aria-label", "aria-valuetext", "title", "placeholder", "alt"]) {
      found.push(each.getAttribute(name) ?? "");
    }
  }
  const pieces = new Set(found.flatMap((each) => each.split(" · ")).map((each) => each.trim()));
  return [...pieces].filter((each) => /[a-z]/i.test(each));
}"""


class Words:
    """What the page says in one language."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.texts: dict[str, str | dict[str, str]] = json.loads((_FOLDER / f"{tag}.json").read_text())

    def __call__(self, key: str, **params: object) -> str:
        """The text of a key with these parameters; of plurals the one for many, unless `count` is one."""
        text = self.texts[key]
        if isinstance(text, dict):
            text = text["one"] if params.get("count") == 1 and "one" in text else text["other"]
        return text.format_map(params)

    @property
    def shapes(self) -> list[re.Pattern[str]]:
        """Every text, with room for whatever its parameters may be; those that are nothing but parameters left out."""
        plain = [each for text in self.texts.values() for each in _forms(text)]
        with_words = [each for each in plain if re.search(r"[^\W\d_]", re.sub(r"\{\w+\}", "", each))]
        return [_shape(each) for each in with_words]


def _forms(text: str | dict[str, str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text.values())


def _shape(text: str) -> re.Pattern[str]:
    pieces: list[Any] = re.split(r"\{\w+\}", text)
    return re.compile(".+".join(re.escape(each) for each in pieces) + r"\Z", re.DOTALL)


ENGLISH = Words("en")
FRENCH = Words("fr")
VIETNAMESE = Words("vi")


def said_in_english(page: Page, spoken: Words) -> list[str]:
    """What the page says in English, to eyes or ears, though it speaks another language."""
    ours, theirs = spoken.shapes, ENGLISH.shapes
    texts: list[str] = page.evaluate(_SHOWN)
    return [
        text
        for text in texts
        if any(each.match(text) for each in theirs) and not any(each.match(text) for each in ours)
    ]
