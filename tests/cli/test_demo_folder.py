"""A demo leaves nothing behind: not even a killed one, once another starts; and no demo takes another's folder."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from service.cli.demo_folder import own_folder

STAYS = """
import sys
from service.cli.demo_folder import own_folder

with own_folder() as folder:
    (folder / "data").mkdir()
    (folder / "data/headway.sqlite").write_text("x")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder for temporary files, of this process and of those that it starts."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@contextmanager
def another_demo() -> Generator[tuple["subprocess.Popen[str]", Path], None, None]:
    """A process with a folder of its own, and that folder."""
    command = [sys.executable, "-c", STAYS]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, Path(process.stdout.readline().strip())
        finally:
            process.kill()


def test_a_folder_goes_with_its_demo(temporary: Path) -> None:
    with own_folder() as folder:
        assert (folder.parent, folder.stat().st_mode & 0o777) == (temporary, 0o700)
        (folder / "data").mkdir()
    assert list(temporary.iterdir()) == []


def test_the_folder_of_a_killed_demo_goes_with_the_next_start(temporary: Path) -> None:
    with another_demo() as (process, left):
        process.kill()
        process.wait()
        assert (left / "data/headway.sqlite").exists()
        with own_folder() as folder:
            assert list(temporary.iterdir()) == [folder]


def test_the_folder_of_a_demo_that_runs_is_left_alone() -> None:
    with another_demo() as (_, others), own_folder() as mine:
        assert (others / "data/headway.sqlite").exists()
        with own_folder() as second:
            assert len({others, mine, second}) == 3
        assert mine.exists()
        assert others.exists()


def test_what_is_no_demos_for_sure_is_left_alone(temporary: Path) -> None:
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "demo.lock").touch()
    (temporary / "headway-demo-link").symlink_to(elsewhere)
    (temporary / "headway-demo-file").touch()
    (temporary / "headway-demo-new").mkdir()
    (temporary / "headway-demo-new" / "demo.lock.new").touch()
    (temporary / "headway-demo-linked-lock").mkdir()
    (temporary / "headway-demo-linked-lock" / "demo.lock").symlink_to(elsewhere / "demo.lock")
    before = sorted(temporary.rglob("*"))
    with own_folder():
        pass
    assert sorted(temporary.rglob("*")) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another user")
def test_the_folder_of_another_user_is_left_alone(temporary: Path) -> None:
    theirs = temporary / "headway-demo-theirs"
    theirs.mkdir()
    (theirs / "demo.lock").touch()
    os.chown(theirs, 12345, 12345)
    with own_folder():
        assert theirs.exists()
