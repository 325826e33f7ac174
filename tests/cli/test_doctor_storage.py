"""`headway doctor --storage` finds what rows and blobs do not say alike, and mends what it may."""

import asyncio
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from service.cli import run
from service.domain.work import NewArtifact
from tests.support.by_hand import ByHand
from tests.support.house import open_house
from tests.support.small_worker import phase, small

HOUR = 3700.0


@pytest.fixture
def data_dir(sqlite_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of a Headway with one completed job."""
    folder = tmp_path / "data"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEADWAY_DATA_DIR", str(folder))
    monkeypatch.setenv("HEADWAY_DATABASE_URL", sqlite_url)

    async def fill() -> None:
        async with open_house(sqlite_url, redis_url, folder) as house:
            machine = ByHand(house, small(phase("inspecting")))
            job_id = await machine.give(b"the content of it")
            await house.a.blobs.put(f"{job_id}/step/1.0", b"text")
            artifact = NewArtifact("text.txt", f"{job_id}/step/1.0", 4, "text/plain")
            await machine.done(await machine.claimed(job_id), artifacts=(artifact,))

    asyncio.run(fill())
    return folder


def doctor(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    """The exit code, and what was found; the last object sums it up."""
    code = run(["doctor", "--storage", "--json", *arguments])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def blobs(data_dir: Path) -> list[Path]:
    return sorted(path for path in (data_dir / "blobs").rglob("*") if path.is_file())


def the(data_dir: Path, content: bytes) -> Path:
    (path,) = (each for each in blobs(data_dir) if each.read_bytes() == content)
    return path


def test_a_storage_in_order_is_said_to_be(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = doctor(capsys, "--sums")
    assert (code, found) == (0, [{"orphans": 0, "bytes": 0, "deleted": 0, "missing": 0, "damaged": 0}])
    assert run(["doctor", "--storage"]) == 0
    assert "Every row has its blob" in capsys.readouterr().out


def test_a_missing_blob_is_named_with_its_document(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    the(data_dir, b"text").unlink()
    code, (loss, summary) = doctor(capsys)
    assert (code, summary["missing"]) == (1, 1)
    assert (loss["found"], loss["what"], loss["name"]) == ("missing", "result", "a.txt: text.txt")
    assert run(["doctor", "--storage"]) == 1
    told = capsys.readouterr().out
    assert "missing" in told and "restore them from a backup" in told


def test_a_damaged_document_is_found_by_its_size_and_by_its_sum(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = the(data_dir, b"the content of it")
    path.write_bytes(b"the content of IT")
    assert doctor(capsys)[0] == 0, "it has the right size, and was not read"
    code, (loss, _) = doctor(capsys, "--sums")
    assert (code, loss["found"], loss["what"]) == (1, "damaged", "document")
    assert "SHA-256" in loss["detail"]
    path.write_bytes(b"the con")
    code, (loss, _) = doctor(capsys)
    assert (code, loss["detail"]) == (1, "has 7 bytes instead of 17")


def test_orphans_are_told_and_deleted_only_when_asked_for(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = blobs(data_dir)
    orphan, young = (data_dir / "blobs/nobody" / name for name in ("old", "young"))
    orphan.parent.mkdir()
    for path in (orphan, young):
        path.write_bytes(b"12345")
    os.utime(orphan, (0, time.time() - HOUR))
    code, (found, summary) = doctor(capsys)
    assert (code, summary["orphans"], summary["bytes"], summary["deleted"]) == (1, 1, 5, 0)
    assert found == {"found": "orphan", "key": "nobody/old", "bytes": 5, "deleted": False}
    code, (_, summary) = doctor(capsys, "--repair")
    assert (code, summary["deleted"]) == (0, 1)
    assert blobs(data_dir) == sorted([*kept, young]), "a young one may be about to get its row"


def test_repairing_is_for_the_storage_alone(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--repair"]) == 2
    assert "--storage" in capsys.readouterr().err


def test_without_a_storage_it_says_where_it_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEADWAY_DATA_DIR", str(tmp_path / "nowhere"))
    assert run(["doctor", "--storage"]) == 3
    assert str(tmp_path / "nowhere") in capsys.readouterr().err
