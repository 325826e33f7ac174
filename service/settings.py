"""The settings: read once, from `HEADWAY_*` variables or `.env`, by composition roots only.

A variable wins over the line of the same name in `.env`; an empty value counts as not set. Other names in `.env` are
left alone, so that the file can be shared with other programs.
"""

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, cast

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import NoDecode

from service.domain.document import HIGHEST_PAGE
from service.settings_places import BUCKET_URL, ENV_FILE, PREFIX, Places
from service.settings_words import wanted

MEGABYTE = 1_000_000
MEBIBYTE = 1024 * 1024

WORKER_ID = "HEADWAY_WORKER_ID"
LISTEN_FD = "HEADWAY_LISTEN_FD"
INTERNAL = frozenset({WORKER_ID, LISTEN_FD})
"""Not settings: what a process of Headway tells the one that it starts (a worker's id, the gateway's socket)."""

Count = Annotated[int, Field(ge=1)]
Bytes = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Days = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class SettingsProblem(Exception):
    """A setting is unknown, missing or wrong. Its text names the setting and says what to do."""


def _usable_cores() -> int:
    return len(os.sched_getaffinity(0))


class Settings(Places):
    """Every setting of Headway, checked and frozen. `None` means: chosen at start, as its description says."""

    file_bytes: Bytes = Field(500 * MEGABYTE, description="Largest file accepted, in bytes")
    files_per_request: Count = Field(200, description="Most files in one upload")
    free_disk_bytes: int = Field(
        1024 * MEBIBYTE, ge=0, description="Free disk space, in bytes, below which uploads are refused"
    )
    upload_idle_seconds: Seconds = Field(
        60.0, description="How long an upload may stop in the middle before it is ended, in seconds"
    )

    clamd: str | None = Field(
        None,
        description="Virus scanner clamd that looks at each upload, `host:port` or the path of its socket",
    )
    clamd_away: Literal["refuse", "accept"] = Field(
        "refuse",
        description="What becomes of uploads that clamd cannot look at: `accept` takes them, and the job's log says so",
    )

    keep_documents_days: Days | None = Field(
        None,
        description="Days after the end of its last job that a document is kept, with all of its jobs; else for good",
    )
    keep_jobs_days: Days | None = Field(
        None,
        description="Days after its end that a job is kept, and a document with its last one; else for good",
    )
    keep_artifacts_days: Days | None = Field(
        None, description="Days after its end that a job's results are kept; else as long as the job"
    )
    keep_snapshots_days: Days | None = Field(
        None,
        description="Days after its end that a job's stored snapshot, with its log, is kept; else as long as the job",
    )

    workers: Count = Field(default_factory=_usable_cores, description="Worker processes of one supervisor")
    slots: Count = Field(1, description="Steps that one worker process runs at a time")
    light_slots: int = Field(
        1,
        ge=0,
        description="Short steps that a worker runs beside its slots while longer ones hold all of these",
    )
    owner_steps: Count | None = Field(
        None, description="Most steps of one owner that run at a time; else no limit"
    )
    engine_steps: Annotated[tuple[tuple[str, Count], ...], NoDecode] = Field(
        (),
        description="Most steps that an engine runs at a time, such as `documentai=8,rapidocr=1`; else no limit",
    )
    lease_seconds: Seconds = Field(2.5, description="How long a silent worker keeps its steps, in seconds")
    heartbeat_seconds: Seconds = Field(1.0, description="How often a worker renews its leases, in seconds")
    drain_seconds: float | None = Field(
        None,
        ge=0,
        allow_inf_nan=False,
        description="How long running steps may still take after a stop, in seconds; else 5 for `up`, 15 for `worker`",
    )
    bye_seconds: float | None = Field(
        None,
        ge=0,
        allow_inf_nan=False,
        description="Over how long a gateway that stops sends its sockets away, and how long requests may still take, "
        "in seconds; else 1 for `up`, 15 for `serve`",
    )

    page_seconds: Seconds = Field(60.0, description="Most time that one page may take, in seconds")
    step_seconds: Seconds = Field(600.0, description="Most time that one step may take, in seconds")
    job_seconds: Seconds | None = Field(
        None,
        description="Most work of one job, in seconds, but at least three times what is expected; else no limit",
    )
    slow_page_seconds: Seconds = Field(
        10.0, description="Seconds after which a page is said to take unusually long"
    )
    slow_step_seconds: Seconds = Field(
        120.0, description="Seconds after which a step is said to take unusually long"
    )
    child_cpu_seconds: Seconds = Field(
        300.0, description="Computing time that one step's child may use, in seconds"
    )
    step_output_bytes: Bytes = Field(
        4096 * MEBIBYTE, description="Most that one step may write, in bytes, its temporary files included"
    )
    child_memory_bytes: Bytes = Field(
        1024 * MEBIBYTE, description="Memory that a document may take while it is read, in bytes"
    )
    max_pages: Count = Field(10_000, le=HIGHEST_PAGE, description="Most pages of one document")
    page_megapixels: Count = Field(
        40,
        description="Most pixels of a page's image, in millions; a larger page is drawn at a lower resolution",
    )

    archive_entries: Count = Field(10_000, description="Most parts of an office document or e-book")
    unpacked_bytes: Bytes = Field(
        512 * MEBIBYTE, description="Largest size of an office document or e-book once unpacked, in bytes"
    )
    unpacked_ratio: Count = Field(
        200, description="How many times its size such a document may unpack to, if that is more than 20 MiB"
    )
    text_bytes: Bytes = Field(
        64 * MEBIBYTE,
        description="Largest text, Markdown, CSV or HTML file, in bytes, and chapter of an e-book",
    )
    table_cells: Count = Field(2_000_000, description="Most cells of one sheet")
    markup_depth: int = Field(
        200,
        ge=10,
        le=250,
        description="How deep elements of a web page, or of a chapter of an e-book, may be nested",
    )

    ocr_engine: Literal["auto", "rapidocr", "tesseract", "documentai"] = Field(
        "auto", description="OCR engine: `auto` takes Document AI when configured, else a local one"
    )
    ocr_dpi: int = Field(
        200, ge=72, le=600, description="Resolution at which pages are read by OCR, in dots per inch"
    )

    documentai_project: str | None = Field(
        None, description="Google Cloud project of the Document AI processor"
    )
    documentai_location: str = Field("us", description="Location of the processor, such as `us` or `eu`")
    documentai_processor: str | None = Field(None, description="Id of the Document AI processor")
    documentai_credentials_file: Path | None = Field(
        None, description="Service account key file; else Google's default credentials"
    )
    documentai_endpoint: str | None = Field(
        None,
        description="Other endpoint for Document AI, `host:port`; `http://host:port` is reached without TLS",
    )
    documentai_requests_per_minute: Count = Field(
        600, description="Most requests a minute to Document AI, per worker"
    )
    documentai_in_flight: Count = Field(4, description="Most requests under way to Document AI, per worker")
    documentai_file_bytes: Bytes = Field(
        20 * MEGABYTE, description="Largest request body sent to Document AI, in bytes"
    )

    language_engine: Literal["auto", "gemini", "rules"] = Field(
        "auto",
        description="Language engine that corrects and extracts: `auto` takes Gemini when configured, else local rules",
    )
    gemini_api_key: SecretStr | None = Field(
        None, description="API key of the Gemini API; else Vertex AI is asked, where a project is set"
    )
    gemini_model: str = Field("gemini-3.8-flash", description="Gemini's model")
    gemini_project: str | None = Field(
        None, description="Google Cloud project in which Vertex AI offers Gemini"
    )
    gemini_location: str = Field(
        "global", description="Location of Vertex AI, such as `global` or `europe-west4`"
    )
    gemini_credentials_file: Path | None = Field(
        None, description="Service account key file for Vertex AI; else Google's default credentials"
    )
    gemini_endpoint: str | None = Field(
        None,
        description="Other endpoint for Gemini, a URL; one with `http://` gets no credentials of Vertex AI",
    )
    gemini_requests_per_minute: Count = Field(60, description="Most requests a minute to Gemini, per worker")
    gemini_in_flight: Count = Field(4, description="Most requests under way to Gemini, per worker")
    archive_engine: Literal["auto", "folder", "object_storage", "drive"] = Field(
        "auto",
        description="Where certificates are archived: `auto` takes Google Drive when configured, else object storage, "
        "else a folder",
    )
    archive_folder: Path | None = Field(
        None, description="Folder of the archive; else `archive` in the data folder"
    )
    archive_url: str | None = Field(
        None,
        description="Object storage of the archive, `s3://bucket/prefix`, with the keys of `HEADWAY_STORAGE_…`",
    )
    drive_folder: str | None = Field(
        None,
        description="Id of the folder in Google Drive, or of the shared drive, for the archive and new spreadsheets",
    )
    drive_credentials_file: Path | None = Field(
        None,
        description="Service account key file for Google Drive and Sheets; else Google's default credentials",
    )
    drive_endpoint: str | None = Field(
        None, description="Other endpoint for Google Drive; `http://host:port` is reached without credentials"
    )
    drive_requests_per_minute: Count = Field(
        600, description="Most requests a minute to Google Drive, per worker"
    )
    drive_in_flight: Count = Field(4, description="Most requests under way to Google Drive, per worker")

    sheets_endpoint: str | None = Field(
        None,
        description="Other endpoint for Google Sheets; `http://host:port` is reached without credentials",
    )
    sheets_requests_per_minute: Count = Field(
        60, description="Most requests a minute to Google Sheets, per worker"
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least level that is logged"
    )
    log_format: Literal["auto", "json", "console"] = Field(
        "auto", description="Form of the log: `auto` is `console` on a terminal, else `json`"
    )

    @field_validator("engine_steps", mode="before")
    @classmethod
    def _split_engines(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        pairs = [item.partition("=") for item in value.split(",") if item.strip()]
        if any(not name.strip() or not number.strip().isdecimal() for name, _, number in pairs):
            raise ValueError("should be names of engines with numbers, such as documentai=8,rapidocr=1")
        return tuple((name.strip(), int(number)) for name, _, number in pairs)

    @field_validator("clamd")
    @classmethod
    def _check_clamd(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"/.+|[^\s/]+:\d{1,5}", value):
            raise ValueError("should be host:port or the absolute path of a socket")
        return value

    @field_validator("gemini_endpoint", "drive_endpoint", "sheets_endpoint")
    @classmethod
    def _check_google_endpoint(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[^\s/]+(?:/\S*)?", value):
            raise ValueError("should be a URL that begins with https:// or http://")
        return value

    @field_validator("archive_url")
    @classmethod
    def _check_archive_url(cls, value: str | None, found: ValidationInfo) -> str | None:
        if value is None:
            return None
        if not BUCKET_URL.fullmatch(value):
            raise ValueError("should be s3:// and a bucket's name, and a prefix if need be")
        storage = found.data.get("storage_url")
        if storage is not None and f"{value.rstrip('/')}/".startswith(f"{storage.rstrip('/')}/"):
            raise ValueError("should not be below HEADWAY_STORAGE_URL, where what has no row is deleted")
        return value

    @field_validator(
        "documentai_credentials_file", "gemini_credentials_file", "drive_credentials_file", "archive_folder"
    )
    @classmethod
    def _make_credentials_absolute(cls, value: Path | None) -> Path | None:
        return value.expanduser().absolute() if value is not None else None

    def environment(self) -> dict[str, str]:
        """The variables with which a child process reads the same settings. Holds secrets: never log it."""
        values = {name: _as_text(getattr(self, name)) for name in type(self).model_fields}
        return {variable(name): text for name, text in values.items() if text}

    def secrets(self) -> list[str]:
        """What must never be shown: for the masking of logs."""
        return [_as_text(value) for _, value in self if isinstance(value, SecretStr)]


class SettingRow(NamedTuple):
    """How one setting is told to people."""

    variable: str
    default: str
    description: str


_CHOSEN_AT_START = {"data_dir": "`~/.local/share/headway`", "workers": "one for each core"}


def variable(field: str) -> str:
    """The name of the environment variable of a field."""
    return PREFIX + field.upper()


def setting_rows() -> Iterator[SettingRow]:
    """Every setting with its default and description, in their order, as the table in the documentation has them."""
    for name, field in Settings.model_fields.items():
        default = _CHOSEN_AT_START.get(name)
        if default is None:
            text = _as_text(field.default)
            default = f"`{text}`" if text else "not set"
        yield SettingRow(variable(name), default, field.description or "")


def load_settings(**overrides: Any) -> Settings:
    """The settings of this process; overrides (of the command line) win, those that are None are left out.

    Raises SettingsProblem, which tells all that is wrong at once.
    """
    if unknown := overrides.keys() - Settings.model_fields.keys():
        raise TypeError(f"not settings: {', '.join(sorted(unknown))}")
    problems = list(_unknown_names())
    try:
        settings = Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        problems.extend(_as_sentence(detail) for detail in error.errors(include_url=False))
        raise SettingsProblem("\n".join(problems)) from None
    if problems:
        raise SettingsProblem("\n".join(problems))
    return settings


def _as_text(value: Any) -> str:
    match value:
        case None:
            return ""
        case SecretStr():
            return value.get_secret_value()
        case tuple():
            return ",".join(map(_item_text, cast("tuple[object, ...]", value)))
        case _:
            return str(value)


def _item_text(item: object) -> str:
    return "=".join(map(str, cast("tuple[object, ...]", item))) if isinstance(item, tuple) else str(item)


def _unknown_names() -> Iterator[str]:
    known = {variable(name) for name in Settings.model_fields} | INTERNAL
    for place, names in (("the environment", os.environ), (ENV_FILE, _env_file())):
        for name in sorted(names):
            if name.upper().startswith(PREFIX) and name.upper() not in known:
                close = difflib.get_close_matches(name.upper(), known - INTERNAL, n=1, cutoff=0.7)
                remedy = (
                    f"did you mean {close[0]}?"
                    if close
                    else "remove it, or see docs/operations.md for all names."
                )
                yield f"{name} (in {place}) is not a setting of Headway: {remedy}"


def _env_file() -> Mapping[str, str | None]:
    try:
        return dotenv_values(ENV_FILE, encoding="utf-8", verbose=False)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsProblem(
            f"{ENV_FILE} cannot be read ({error}): make it a readable UTF-8 text file."
        ) from None


def _as_sentence(detail: ErrorDetails) -> str:
    """The problem of one field. Values are not shown, since some are secrets."""
    name = str(detail["loc"][0])
    is_ours = detail["type"] == "value_error"
    reason = detail["msg"].removeprefix("Value error, ") if is_ours else wanted(Settings.model_fields[name])
    row = next(row for row in setting_rows() if row.variable == variable(name))
    return f"{row.variable}: {reason}. Correct it, or remove it (default: {row.default}). {row.description}."
