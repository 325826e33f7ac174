"""Which archive takes documents: what was asked for, else the best that is configured."""

from pathlib import Path
from typing import Any

import pytest

from service.settings import Settings
from workers.engines.archive.choice import ArchiveEngines
from workers.engines.failures import EngineFailed

pytestmark = pytest.mark.anyio

DRIVE = {"drive_folder": "root", "drive_endpoint": "http://127.0.0.1:9"}
BUCKET = {"archive_url": "s3://bucket/archive"}


def engines(folder: Path, **settings: Any) -> ArchiveEngines:
    return ArchiveEngines.from_settings(Settings(data_dir=folder, **settings))


@pytest.mark.parametrize(
    ("settings", "taken"),
    [
        ({}, "folder"),
        (BUCKET, "object_storage"),
        (DRIVE, "drive"),
        (DRIVE | BUCKET, "drive"),
        (DRIVE | BUCKET | {"archive_engine": "object_storage"}, "object_storage"),
        (DRIVE | BUCKET | {"archive_engine": "folder"}, "folder"),
    ],
)
async def test_auto_takes_the_best_that_is_configured(
    tmp_path: Path, settings: dict[str, Any], taken: str
) -> None:
    several = engines(tmp_path, **settings)
    assert several.choose().name == taken
    await several.close()


@pytest.mark.parametrize("asked", ["drive", "object_storage"])
async def test_what_is_asked_for_and_not_configured_is_said_to_be(tmp_path: Path, asked: str) -> None:
    with pytest.raises(EngineFailed, match="archive_unavailable"):
        engines(tmp_path, archive_engine=asked).choose()


async def test_states_name_what_is_there_what_is_not_and_what_is_wrong(tmp_path: Path) -> None:
    assert await engines(tmp_path).states() == {
        "folder": ("ok", None),
        "drive": ("absent", None),
        "object_storage": ("absent", None),
    }
    assert list(tmp_path.iterdir()) == [], "nobody has archived anything yet"
    (tmp_path / "file").touch()
    key = tmp_path / "key.json"
    several = engines(
        tmp_path, drive_folder="root", drive_credentials_file=key, archive_folder=tmp_path / "file" / "a"
    )
    states = await several.states()
    assert states["folder"][0] == states["drive"][0] == "unavailable"
    assert str(key) in str(states["drive"][1])
    await several.close()
