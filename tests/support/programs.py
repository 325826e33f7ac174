"""Programs that some tests need: where they are, and what happens when they are missing.

On a developer's machine such a test is skipped, and the end of the run says so; where `CI` is set it fails.
"""

import os
import shutil
import sys
from pathlib import Path

import pytest

MISSING = "MISSING PROGRAM"
"""How the reason of such a skip begins."""

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """The path of an installed Chromium, else None."""
    return next(filter(None, map(shutil.which, _CHROMIUM)), None)


def find_node() -> str | None:
    """The path of Node.js: the one beside this Python (from the development dependencies), else of the machine."""
    beside = Path(sys.executable).with_name("node")
    return str(beside) if beside.exists() else shutil.which("node")


def find_tesseract() -> str | None:
    """The path of Tesseract, else None."""
    return shutil.which("tesseract")


def needed(path: str | None, name: str, remedy: str) -> str:
    """The path, when there is one; else skips the test, or fails it where CI is set."""
    if path is not None:
        return path
    reason = f"{MISSING}: {name}. To run this test: {remedy}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def chromium() -> str:
    """The path of Chromium; a test without it is skipped, or fails where CI is set."""
    return needed(find_chromium(), "Chromium", "apt-get update && apt-get install -y chromium")


def node() -> str:
    """The path of Node.js; a test without it is skipped, or fails where CI is set."""
    return needed(find_node(), "Node.js", "make install")


def tesseract() -> str:
    """The path of Tesseract; a test without it is skipped, or fails where CI is set."""
    return needed(
        find_tesseract(),
        "Tesseract",
        "apt-get update && apt-get install -y tesseract-ocr tesseract-ocr-fra tesseract-ocr-vie",
    )
