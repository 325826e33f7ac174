"""The page's own logic, tested where it has no browser: Node runs `*.test.js`."""

import subprocess
from pathlib import Path

import pytest

from tests.support import programs

HERE = Path(__file__).parent


@pytest.mark.parametrize("file", sorted(each.name for each in HERE.glob("*.test.js")))
def test_page_units(file: str) -> None:
    """Every promise in the file holds."""
    ran = subprocess.run(
        [programs.node(), "--test", "--test-reporter=spec", HERE / file],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
