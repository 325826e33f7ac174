"""`headway doctor` says where certificates are archived, and where new spreadsheets come."""

from pathlib import Path

from service.cli.checks_of_storage import check_archive
from service.settings import Settings


def found(folder: Path, **settings: object) -> dict[str, tuple[str, str]]:
    """State and words of each check, by name."""
    chosen = Settings.model_validate({"data_dir": folder, **settings})
    return {each.what: (each.state, each.found) for each in check_archive(chosen)}


def test_a_folder_of_drive_serves_the_archive_and_new_spreadsheets(tmp_path: Path) -> None:
    assert found(tmp_path, drive_folder="abc") == {
        "archive: Drive": ("ok", "folder abc"),
        "Google Sheets": ("ok", "folder abc"),
    }


def test_a_key_that_is_not_there_is_a_failure_of_both(tmp_path: Path) -> None:
    checks = found(tmp_path, drive_folder="abc", drive_credentials_file=tmp_path / "key.json")
    assert {name: state for name, (state, _) in checks.items()} == {
        "archive: Drive": "fail",
        "Google Sheets": "fail",
    }


def test_without_drive_nothing_is_said_of_spreadsheets(tmp_path: Path) -> None:
    assert list(found(tmp_path)) == ["archive: folder"]
