"""The doctor's checks of where files are kept."""

import os
import shutil
import tempfile
from pathlib import Path

from service.cli.found import Check
from service.domain.ids import new_id
from service.settings import Settings

_IN_DRIVE = ("archive: Drive", "Google Sheets")


def check_data_dir(data_dir: Path) -> Check:
    """Whether the data folder can be written."""
    there = nearest(data_dir)
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        return Check(
            "data folder",
            "fail",
            f"{data_dir} cannot be written: {error.strerror}",
            f"Make {there} writable for this user, or choose another with HEADWAY_DATA_DIR.",
        )
    return Check(
        "data folder", "ok", f"{data_dir}" + ("" if there == data_dir else " (made at the first start)")
    )


def check_disk(settings: Settings) -> Check:
    """Whether there is room where documents are written; with object storage, for the copies that are read."""
    from service.adapters.opened import blob_folder

    folder = blob_folder(settings)
    free = shutil.disk_usage(nearest(folder or settings.data_dir)).free
    found = f"{free / 1e9:.1f} GB free"
    if free < settings.free_disk_bytes and folder is not None:
        return Check(
            "disk", "fail", f"{found}: uploads are refused", "Free some, or lower HEADWAY_FREE_DISK_BYTES."
        )
    if free < settings.free_disk_bytes + settings.file_bytes:
        return Check("disk", "warn", f"{found}: less than the largest file that is taken", "Free some soon.")
    return Check("disk", "ok", found)


async def check_storage(settings: Settings) -> list[Check]:
    """Whether object storage, where it is used, does all that is asked of it: writing, reading, listing, deleting."""
    from service.adapters.blob_store import BlobMissing, StorageAway
    from service.adapters.opened import blob_folder, open_blobs

    if blob_folder(settings) is not None:
        return []
    blobs = open_blobs(settings)
    key = f"doctor/{new_id()}"
    try:
        await blobs.put(key, b"")
        await blobs.read(key)
        await anext(aiter(blobs.keys(0)), None)
        await blobs.delete(key)
    except (StorageAway, BlobMissing) as error:
        advice = (
            error.advice if isinstance(error, StorageAway) else "Give the object storage's maker this line."
        )
        return [Check("storage", "fail", f"{settings.storage_url}: {str(error)[:200]}", advice)]
    finally:
        await blobs.close()
    return [Check("storage", "ok", f"{settings.storage_url} takes, gives, lists and deletes")]


def check_archive(settings: Settings) -> list[Check]:
    """Each archive that is configured, and the one that is taken where none is."""
    wanted = settings.archive_engine
    checks = [
        *(_check_drive(settings) if settings.drive_folder is not None else []),
        *([Check("archive: bucket", "ok", settings.archive_url)] if settings.archive_url is not None else []),
    ]
    configured = {"drive": settings.drive_folder, "object_storage": settings.archive_url}
    if wanted in configured and configured[wanted] is None:
        missing = "HEADWAY_DRIVE_FOLDER" if wanted == "drive" else "HEADWAY_ARCHIVE_URL"
        checks.append(
            Check("archive", "fail", f"{wanted} is asked for and not configured", f"Set {missing}.")
        )
    if wanted == "folder" or (wanted == "auto" and not checks):
        checks.append(_check_archive_folder(settings.archive_folder or settings.data_dir / "archive"))
    return checks


def _check_drive(settings: Settings) -> list[Check]:
    """The archive there, and new spreadsheets, which come into the same folder."""
    key = settings.drive_credentials_file
    if key is not None and not key.is_file():
        wrong, remedy = f"there is no key file {key}", "Correct HEADWAY_DRIVE_CREDENTIALS_FILE."
        return [Check(name, "fail", wrong, remedy) for name in _IN_DRIVE]
    return [Check(name, "ok", f"folder {settings.drive_folder}") for name in _IN_DRIVE]


def _check_archive_folder(folder: Path) -> Check:
    there = nearest(folder)
    if not os.access(there, os.W_OK | os.X_OK):
        remedy = f"Make {there} writable for this user, or choose another with HEADWAY_ARCHIVE_FOLDER."
        return Check("archive: folder", "fail", f"{folder} cannot be written", remedy)
    return Check("archive: folder", "ok", str(folder))


def nearest(path: Path) -> Path:
    """The folder itself, or the nearest one above it that is there."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path if path.is_dir() else path.parent
