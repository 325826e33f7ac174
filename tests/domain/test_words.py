"""Words travel as codes: the page knows every code that the service can send, in the same English."""

import json
import re
from pathlib import Path

from service.domain.words import WORDS

ROOT = Path(__file__).parents[2]
ENGLISH: dict[str, str] = json.loads((ROOT / "frontend_static/i18n/en.json").read_text())


def test_the_page_has_the_same_english_for_every_code_and_words_of_its_own_beside() -> None:
    assert {key: text for key, text in ENGLISH.items() if not key.startswith("ui.")} == WORDS


def test_every_failure_says_what_to_do() -> None:
    failures = {key.removeprefix("failure.") for key in WORDS if key.startswith("failure.")}
    advices = {key.removeprefix("advice.") for key in WORDS if key.startswith("advice.")}
    assert failures == advices


def test_every_code_used_in_the_source_has_words() -> None:
    used: set[str] = set()
    patterns = {
        "log": r"log_line\(\s*\"([a-z_]+)\"",
        "problem": r"refused\(\s*\d+,\s*\"([a-z_]+)\"|Problem\(\s*\d+,\s*\"([a-z_]+)\"",
        "failure": r"Failure\(\s*\"([a-z_]+)\"|DocumentRefused\(\s*\"([a-z_]+)\"|EngineFailed\(\s*\"([a-z_]+)\"",
    }
    for folder in ("service", "workers"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text()
            for family, pattern in patterns.items():
                for groups in re.findall(pattern, text):
                    code = groups if isinstance(groups, str) else next(filter(None, groups))
                    used.add(f"{family}.{code}")
    assert used - WORDS.keys() == set()
    assert len(used) > 30
