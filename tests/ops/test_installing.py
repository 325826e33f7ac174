"""What `make install` installs is locked with hashes, and a machine that cannot run Headway is told why."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / ".ci/lock").glob("*.txt"))


def locked(name: str) -> dict[str, set[str]]:
    """The versions of each package in a lock: more than one where Pythons differ."""
    versions: dict[str, set[str]] = {}
    for package, version in re.findall(
        r"^([a-z0-9.-]+)(?:\[[\w,-]+\])?==(\S+)", lock_text(name), flags=re.MULTILINE
    ):
        versions.setdefault(package, set()).add(version)
    return versions


def lock_text(name: str) -> str:
    return (ROOT / f".ci/lock/{name}.txt").read_text()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_has_a_hash_for_all_and_names_no_index(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    assert not [line for line in text.splitlines() if line.startswith(("-", "#"))]
    for requirement in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in requirement, requirement


def test_the_lock_has_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["worker"],
        *project["dependency-groups"]["dev"],
    ]
    versions = locked("dev")
    for requirement in map(Requirement, asked):
        found = versions.get(requirement.name.lower(), set())
        assert found, f"{requirement} is not locked: run `make lock`"
        assert all(requirement.specifier.contains(version) for version in found), requirement


@pytest.mark.parametrize("name", ["gateway", "worker", "uv", "build"])
def test_all_locks_have_the_versions_that_are_tested(name: str) -> None:
    tested = locked("dev")
    assert {package: tested.get(package) for package in locked(name)} == locked(name)


@pytest.mark.parametrize(
    ("program", "script", "told"),
    [
        ("uname", "echo Darwin", "it needs Linux"),
        (
            "python3",
            'if [ "$1" = --version ]; then echo Python 3.10.1; fi; exit 1',
            "python3 is Python 3.10.1",
        ),
        ("python3", 'case "$2" in *venv*) exit 1;; esac', "apt-get install python3-venv"),
    ],
)
def test_a_machine_that_cannot_run_it_is_told_why(
    tmp_path: Path, program: str, script: str, told: str
) -> None:
    for name in (".ci", "tests/frontend"):
        (tmp_path / name).mkdir(parents=True)
    shutil.copy(ROOT / ".ci/install", tmp_path / ".ci/install")
    for name in (".ci/lock/dev.txt", "pyproject.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    fake = tmp_path / "bin" / program
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)
    refused = subprocess.run(
        [tmp_path / ".ci/install"],
        env={"PATH": f"{fake.parent}:{os.environ['PATH']}", "PYTHON": "python3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert "Headway cannot be installed here:" in refused.stderr
    assert told in refused.stderr
    assert not (tmp_path / ".venv").exists()


def test_a_file_that_is_too_long_is_named(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/file_sizes.py", tmp_path / ".ci")
    (tmp_path / "tests").mkdir()
    for name, lines in {"long.py": 401, "right.js": 400, "tests/long.py": 501, "tests/right.py": 500}.items():
        (tmp_path / name).write_text("x\n" * lines)
    told = subprocess.run(
        ["python3", ".ci/file_sizes.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert told.returncode == 1
    assert told.stderr.splitlines() == [
        "long.py: 401 lines, at most 400",
        "tests/long.py: 501 lines, at most 500",
    ]
