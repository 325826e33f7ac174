"""Names every source file that is too long: 400 lines, 500 for tests."""

import subprocess
import sys
from pathlib import Path

LIMITS = {"tests": 500}
LIMIT = 400
SUFFIXES = {".py", ".js", ".css", ".html", ".lua"}


def too_long(root: Path) -> list[str]:
    """A sentence for each file that git knows or could add and that is longer than its limit."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    sentences: list[str] = []
    for path in sorted({Path(name) for name in listed.split("\0") if Path(name).suffix in SUFFIXES}):
        if not (root / path).is_file():
            continue
        limit = LIMITS.get(path.parts[0], LIMIT)
        lines = (root / path).read_bytes().count(b"\n")
        if lines > limit:
            sentences.append(f"{path}: {lines} lines, at most {limit}")
    return sentences


if __name__ == "__main__":
    sys.exit("\n".join(too_long(Path(__file__).parents[1])) or None)
