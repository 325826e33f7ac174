"""A test whose program is missing is skipped loudly on a developer's machine, and fails where CI is set."""

import pytest

from tests.support import programs


def test_a_program_that_is_there_is_used() -> None:
    assert programs.needed("/bin/sh", "a shell", "find one") == "/bin/sh"


def test_a_missing_program_skips_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=rf"{programs.MISSING}: Chromium\..*make browser"):
        programs.needed(None, "Chromium", "make browser")


def test_a_missing_program_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="make browser"):
        programs.needed(None, "Chromium", "make browser")


def test_node_comes_with_the_development_dependencies() -> None:
    assert programs.find_node() is not None
