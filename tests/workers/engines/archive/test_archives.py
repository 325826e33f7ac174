"""Whatever the archive is: files come in whole, once for a key, and none is written over. On every engine."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.drive_simulator import ROOT, drive_simulator
from tests.support.s3_server import S3Bucket
from workers.engines.archive.drive import DriveArchive
from workers.engines.archive.drive_client import DrivePlace
from workers.engines.archive.folder import FolderArchive
from workers.engines.archive.object_storage import BucketArchive
from workers.engines.archive.port import ArchiveEngine, NewFile

pytestmark = pytest.mark.anyio

SHIP = ["MV Ocean Star (9074729)"]


@dataclass
class Archive:
    """An engine, and all files with their whole paths' last two names and bytes, as somebody finds them there."""

    engine: ArchiveEngine
    found: Callable[[], list[tuple[str, bytes]]]
    unique_names: bool = True


@pytest.fixture(params=["folder", "object_storage", "drive"])
async def archive(request: pytest.FixtureRequest, tmp_path: Path, bucket: S3Bucket) -> AsyncIterator[Archive]:
    if request.param == "folder":
        root = tmp_path / "archive"

        def in_folder() -> list[tuple[str, bytes]]:
            paths = sorted(path for path in root.rglob("*") if path.is_file())
            return [
                (f"{path.parent.name}/{path.name}", path.read_bytes())
                for path in paths
                if ".headway" not in path.parts
            ]

        yield Archive(FolderArchive(root), in_folder)
    elif request.param == "object_storage":

        def in_bucket() -> list[tuple[str, bytes]]:
            objects = sorted(bucket.objects().items())
            return [
                ("/".join(name.split("/")[-2:]), content)
                for name, content in objects
                if "/.headway/" not in name
            ]

        yield Archive(BucketArchive(bucket.place()), in_bucket)
    else:
        async with drive_simulator() as drive:

            def in_drive() -> list[tuple[str, bytes]]:
                files = [each for each in drive.files.values() if each["id"] in drive.contents]
                named = ((drive.files[each["parents"][0]]["name"], each) for each in files)
                return sorted(
                    (f"{folder}/{each['name']}", drive.contents[each["id"]]) for folder, each in named
                )

            engine = DriveArchive(DrivePlace(ROOT, endpoint=drive.endpoint))
            yield Archive(engine, in_drive, unique_names=False)
            await engine.close()


def pair(content: bytes | Path = b"%PDF", name: str = "SMC 2027") -> list[NewFile]:
    return [
        NewFile(f"{name}.pdf", "application/pdf", content),
        NewFile(f"{name}_Summary.txt", "text/plain", "Số giấy chứng nhận".encode()),
    ]


async def test_files_lie_side_by_side_in_the_ships_folder(archive: Archive, tmp_path: Path) -> None:
    large = tmp_path / "large.pdf"
    large.write_bytes(os.urandom(20 * 1024 * 1024))
    told: list[tuple[int, int]] = []
    done = await archive.engine.place("job:step", SHIP, pair(large), lambda *sent: told.append(sent))
    assert archive.found() == [
        (f"{SHIP[0]}/SMC 2027.pdf", large.read_bytes()),
        (f"{SHIP[0]}/SMC 2027_Summary.txt", "Số giấy chứng nhận".encode()),
    ]
    assert done.engine == archive.engine.name
    assert [each.name for each in done.files] == ["SMC 2027.pdf", "SMC 2027_Summary.txt"]
    assert all("://" in each.url and each.id for each in done.files)
    await asyncio.sleep(0)
    total = large.stat().st_size + len(pair()[1].content)  # pyright: ignore[reportArgumentType] -- bytes
    assert told == sorted(told) and told[-1] == (total, total) and len(told) >= 3
    assert await archive.engine.check() is None


async def test_the_same_key_places_once_however_often_it_is_asked_for(archive: Archive) -> None:
    first = await archive.engine.place("job:step", SHIP, pair())
    again = await asyncio.gather(*(archive.engine.place("job:step", SHIP, pair()) for _ in range(3)))
    assert {first} == set(again)
    assert len(archive.found()) == 2


async def test_the_same_key_at_the_same_time_places_once(archive: Archive) -> None:
    placed = await asyncio.gather(*(archive.engine.place("job:step", SHIP, pair()) for _ in range(3)))
    assert len(set(placed)) == 1
    assert len(archive.found()) == 2


async def test_documents_of_the_same_name_never_overwrite_one_another(archive: Archive) -> None:
    await asyncio.gather(
        *(archive.engine.place(f"job{n}:step", SHIP, pair(f"{n}".encode())) for n in range(4))
    )
    pdfs = [(name, content) for name, content in archive.found() if name.endswith(".pdf")]
    assert sorted(content for _, content in pdfs) == [b"0", b"1", b"2", b"3"]
    names = [name.partition("/")[2] for name, _ in pdfs]
    numbered = ["SMC 2027 (2).pdf", "SMC 2027 (3).pdf", "SMC 2027 (4).pdf", "SMC 2027.pdf"]
    assert sorted(names) == (numbered if archive.unique_names else ["SMC 2027.pdf"] * 4)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("a\x00b\u202efdp.exe", "abfdp.exe"),
        ("Giấy chứng nhận 'A' 50% #1?.pdf", "Giấy chứng nhận 'A' 50% #1_.pdf"),
        (".hidden", "hidden"),
        ("…", "…"),
        ("", "document"),
        ("証" * 100 + ".pdf", "証" * 65 + ".pdf"),
    ],
)
async def test_names_are_made_safe_and_stay_readable(archive: Archive, given: str, kept: str) -> None:
    await archive.engine.place("job:step", [f"MV {given}"], [NewFile(given, "text/plain", b"")])
    ((path, content),) = archive.found()
    assert (path.partition("/")[2], content) == (kept, b"")
    assert path.count("/") == 1
