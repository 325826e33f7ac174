"""Settings are refused with a name and a remedy, never half understood, and all of them are documented."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from service.settings import PREFIX, Settings, SettingsProblem, load_settings, setting_rows, variable

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def clean_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No `.env` file of the developer reaches a test."""
    monkeypatch.chdir(tmp_path)


def problem_of(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> str:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsProblem) as caught:
        load_settings()
    return str(caught.value)


def test_defaults_need_nothing_configured() -> None:
    settings = load_settings()
    assert settings.port == 8000
    assert settings.redis_url is None
    assert settings.data_dir.is_absolute()


def test_variables_win_over_the_file_and_overrides_over_both(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("HEADWAY_PORT=1001\nHEADWAY_SLOTS=3\nHEADWAY_WORKERS=4\nOTHER=x\n")
    monkeypatch.setenv("HEADWAY_PORT", "1002")
    settings = load_settings(workers=5, slots=None)
    assert (settings.port, settings.slots, settings.workers) == (1002, 3, 5)


def test_an_empty_value_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWAY_REDIS_URL", "")
    assert load_settings().redis_url is None


def test_an_unknown_variable_is_refused_with_the_closest_name(monkeypatch: pytest.MonkeyPatch) -> None:
    text = problem_of(monkeypatch, "HEADWAY_REDISURL", "redis://x")
    assert "HEADWAY_REDISURL" in text
    assert "did you mean HEADWAY_REDIS_URL?" in text


def test_an_unknown_name_in_the_file_is_refused() -> None:
    Path(".env").write_text("HEADWAY_PROT=1\n")
    with pytest.raises(SettingsProblem, match=r"HEADWAY_PROT \(in .env\).*HEADWAY_PORT"):
        load_settings()


def test_a_file_that_is_no_text_is_refused() -> None:
    Path(".env").write_bytes(b"HEADWAY_PORT=\xff\xfe")
    with pytest.raises(SettingsProblem, match="UTF-8"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("HEADWAY_PORT", "abc", "should be a whole number from 0 to 65535."),
        ("HEADWAY_PORT", "8000.5", "should be a whole number from 0 to 65535."),
        ("HEADWAY_PORT", "9" * 5000, "should be a whole number from 0 to 65535."),
        ("HEADWAY_WORKERS", "0", "should be a whole number, 1 or more."),
        ("HEADWAY_DRAIN_SECONDS", "-1", "should be a number, 0 or more."),
        ("HEADWAY_PAGE_SECONDS", "0", "should be a number above 0."),
        ("HEADWAY_PAGE_SECONDS", "a minute", "should be a number above 0."),
        ("HEADWAY_LOG_LEVEL", "loud", "should be debug, info, warning or error."),
        ("HEADWAY_REDIS_URL", "http://x", "redis://"),
        ("HEADWAY_DATABASE_URL", "mysql://x", "postgresql://"),
        ("HEADWAY_STORAGE_URL", "/var/x", "file:///"),
        ("HEADWAY_STORAGE_URL", "s3:///prefix", "s3:// and a bucket's name"),
        ("HEADWAY_STORAGE_ENDPOINT", "minio:9000", "https://"),
        ("HEADWAY_ARCHIVE_URL", "/var/x", "s3://"),
        ("HEADWAY_DRIVE_ENDPOINT", "drive:80", "https://"),
        ("HEADWAY_PUBLIC_URL", "example.org", "https://example.org"),
        ("HEADWAY_ALLOWED_ORIGINS", "https://a.example, b", "'b'"),
        ("HEADWAY_LEASE_SECONDS", "inf", "should be a number above 0."),
        ("HEADWAY_OCR_ENGINE", "magic", "should be auto, rapidocr, tesseract or documentai."),
        ("HEADWAY_TOKEN", "short", "16 characters"),
    ],
)
def test_a_wrong_value_is_refused_with_name_reason_and_default(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    text = problem_of(monkeypatch, name, value)
    assert text.startswith(name)
    assert reason in text
    assert "default:" in text


@pytest.mark.parametrize("name", Settings.model_fields)
@pytest.mark.parametrize("value", ["-1", "nan", "[]", "x" * 3, "ftp://x:y@z/#?", "\x7f", "1e999", "null"])
def test_no_value_is_answered_in_the_words_of_a_library(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(variable(name), value)
    try:
        load_settings()
    except SettingsProblem as problem:
        text = str(problem)
        assert text.startswith(f"{variable(name)}: ")
        assert not re.search("input|valid|parse|unable|pydantic", text.partition(" Correct it")[0].lower())


def test_all_problems_are_told_at_once_and_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWAY_PORT", "abc")
    monkeypatch.setenv("HEADWAY_REDIS_URL", "http://:hunter2@x")
    text = problem_of(monkeypatch, "HEADWAY_TOKEN", "hunter2")
    assert len(text.splitlines()) == 3
    assert "hunter2" not in text


def test_an_override_that_is_no_setting_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="prot"):
        load_settings(prot=1)


def test_settings_do_not_change() -> None:
    settings = load_settings()
    with pytest.raises(ValidationError):
        settings.port = 1  # pyright: ignore[reportAttributeAccessIssue] -- what must fail


def test_a_child_reads_the_same_settings_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings(
        token="0123456789abcdef", allowed_origins="https://a.example,https://b.example", redis_url="unix:///r"
    )
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    assert load_settings() == settings


def test_origins_and_public_url_lose_their_closing_slash() -> None:
    settings = load_settings(allowed_origins=" https://a.example/ ,", public_url="https://b.example/")
    assert settings.allowed_origins == ("https://a.example",)
    assert settings.public_url == "https://b.example"


def test_every_setting_is_documented_as_it_is_and_nothing_else() -> None:
    text = (ROOT / "docs/operations.md").read_text()
    documented = re.findall(rf"^\| `{PREFIX}.*$", text, flags=re.MULTILINE)
    assert documented == [
        f"| `{row.variable}` | {row.default} | {row.description} |" for row in setting_rows()
    ]


def test_documents_name_no_setting_that_does_not_exist() -> None:
    known = {variable(name) for name in Settings.model_fields}
    pages = [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *ROOT.glob("compose.yaml"),
        ROOT / "Makefile",
    ]
    named = {
        name
        for page in pages
        if page.exists()
        for name in re.findall(rf"\b{PREFIX}[A-Z][A-Z_]*[A-Z]\b", page.read_text())
    }
    assert named - known == set()


def test_an_archive_cannot_be_where_what_has_no_row_is_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWAY_STORAGE_URL", "s3://bucket/headway")
    text = problem_of(monkeypatch, "HEADWAY_ARCHIVE_URL", "s3://bucket/headway/archive")
    assert "HEADWAY_STORAGE_URL" in text
    monkeypatch.setenv("HEADWAY_ARCHIVE_URL", "s3://bucket/headway-archive")
    assert load_settings().archive_url == "s3://bucket/headway-archive"
