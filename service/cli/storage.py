"""`headway doctor --storage`: rows against blobs, on the machine that has them."""

from dataclasses import dataclass, field

from service.adapters.blob_store import BlobStore
from service.adapters.database import Database
from service.adapters.opened import blob_folder, database_url, open_blobs
from service.adapters.storage import ORPHAN_SECONDS, Loss, losses, orphans
from service.cli.failing import EXIT_INCOMPLETE, EXIT_UNREACHABLE, CommandFailed
from service.cli.screen import Screen
from service.settings import Settings

_MOST_SHOWN = 50


@dataclass
class Findings:
    """What is wrong. Orphans are blobs by key, with their bytes; a loss is a row whose blob is gone or damaged."""

    orphans: dict[str, int] = field(default_factory=dict[str, int])
    losses: list[Loss] = field(default_factory=list[Loss])
    deleted: int = 0

    @property
    def is_well(self) -> bool:
        """Whether nothing is left to be done."""
        return not self.losses and self.deleted == len(self.orphans)


async def look(settings: Settings, *, sums: bool, repair: bool) -> Findings:
    """Compares both; `sums` reads all documents, `repair` deletes the orphans.

    Raises CommandFailed where one of the two is not to be had.
    """
    from sqlalchemy.exc import SQLAlchemyError  # it takes long to load

    folder = blob_folder(settings)
    if folder is not None and not folder.is_dir():
        raise CommandFailed(
            f"There is no folder {folder}: nothing has been stored yet, or it is elsewhere.",
            "Check HEADWAY_DATA_DIR and HEADWAY_STORAGE_URL.",
            exit_code=EXIT_UNREACHABLE,
        )
    db, blobs = Database(database_url(settings)), open_blobs(settings)
    try:
        return await _compared(db, blobs, sums=sums, repair=repair)
    except (SQLAlchemyError, OSError) as error:
        raise CommandFailed(
            f"The storage cannot be compared with the database: {str(error).splitlines()[0]}",
            "`headway doctor` says which part does not answer.",
            exit_code=EXIT_UNREACHABLE,
        ) from error
    finally:
        await blobs.close()
        await db.close()


async def _compared(db: Database, blobs: BlobStore, *, sums: bool, repair: bool) -> Findings:
    found = Findings()
    async for keys in orphans(db, blobs, ORPHAN_SECONDS):
        for key in keys:
            found.orphans[key] = await blobs.size(key) or 0
            if repair:
                await blobs.delete(key)
                found.deleted += 1
    found.losses = [each async for each in losses(db, blobs, sums=sums)]
    return found


def tell(screen: Screen, found: Findings) -> int:
    """Shows what was found and what to do about it; returns the exit code."""
    rows: list[tuple[str, str, str, str]] = []
    for loss in found.losses:
        rows.append((loss.wrong, loss.what, loss.key, ": ".join(filter(None, (loss.name, loss.detail)))))
        screen.object(
            {
                "found": loss.wrong,
                "what": loss.what,
                "key": loss.key,
                "name": loss.name,
                "detail": loss.detail,
            }
        )
    repaired = found.deleted > 0
    for key, size in found.orphans.items():
        rows.append(("deleted" if repaired else "orphan", "blob", key, f"{size} bytes"))
        screen.object({"found": "orphan", "key": key, "bytes": size, "deleted": repaired})
    if rows:
        screen.table(("found", "what", "key", "which"), rows[:_MOST_SHOWN])
    if len(rows) > _MOST_SHOWN:
        screen.line(f"and {len(rows) - _MOST_SHOWN} more; --json shows all", "dim")
    _sum_up(screen, found)
    return 0 if found.is_well else EXIT_INCOMPLETE


def _sum_up(screen: Screen, found: Findings) -> None:
    screen.object(
        {
            "orphans": len(found.orphans),
            "bytes": sum(found.orphans.values()),
            "deleted": found.deleted,
            "missing": sum(each.wrong == "missing" for each in found.losses),
            "damaged": sum(each.wrong == "damaged" for each in found.losses),
        }
    )
    if found.orphans:
        size = sum(found.orphans.values()) / 1e6
        what = "deleted" if found.deleted else "which workers delete by themselves, or --repair now"
        screen.line(f"{len(found.orphans)} blobs without a row ({size:.1f} MB), {what}.")
    if found.losses:
        screen.line(
            f"{len(found.losses)} blobs are missing or damaged: restore them from a backup (docs/operations.md), "
            "or upload those documents again."
        )
    if not found.orphans and not found.losses:
        screen.line("Every row has its blob, and every blob its row.", "green")
