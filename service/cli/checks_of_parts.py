"""The doctor's checks of the database, Redis, and the engines."""

import asyncio
import re
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version

from service.cli.found import Check
from service.settings import Settings

_ANSWER_SECONDS = 5.0
_INSTALL = "Install Headway with its workers' part: pip install 'headway[worker]'."


async def check_sql(settings: Settings) -> Check:
    """Whether the database answers."""
    from sqlalchemy import text  # it takes long to load
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import SQLAlchemyError

    from service.adapters.database import Database
    from service.adapters.opened import database_url

    url = make_url(database_url(settings))
    shown = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite" and not (settings.data_dir / str(url.database)).exists():
        return Check("SQL", "ok", f"SQLite in {url.database} (made at the first start)")
    database = Database(database_url(settings))
    try:
        async with asyncio.timeout(_ANSWER_SECONDS), database.reading() as session:
            revision = await session.scalar(text("SELECT version_num FROM alembic_version"))
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        if "alembic_version" in str(error):
            return Check("SQL", "warn", f"{shown} is empty", "The first start makes its tables.")
        is_file = url.get_backend_name() == "sqlite"
        remedy = (
            "Restore it from a copy, or move it away."
            if is_file
            else "Start it, or correct HEADWAY_DATABASE_URL."
        )
        return Check("SQL", "fail", f"{shown}: {_first_line(error)}", remedy)
    finally:
        await database.close()
    return Check("SQL", "ok", f"{shown}, schema {revision}")


async def check_redis(settings: Settings) -> Check:
    """Whether the configured Redis answers and keeps what it is given, or an own one can be started."""
    if settings.redis_url is None:
        return _check_embedded_redis()
    from redis.asyncio import Redis
    from redis.exceptions import RedisError

    client = Redis.from_url(settings.redis_url.get_secret_value(), socket_timeout=_ANSWER_SECONDS)
    shown = re.sub(r"//[^@/]*@", "//***@", settings.redis_url.get_secret_value())
    try:
        told = await client.info()
    except (RedisError, OSError, TimeoutError) as error:
        return Check(
            "Redis", "fail", f"{shown}: {_first_line(error)}", "Start it, or correct HEADWAY_REDIS_URL."
        )
    finally:
        await client.aclose()
    if told.get("maxmemory_policy", "noeviction") != "noeviction":
        return Check(
            "Redis",
            "fail",
            f"{shown} may drop keys ({told['maxmemory_policy']})",
            "Set maxmemory-policy noeviction.",
        )
    return Check("Redis", "ok", f"{shown}, version {told.get('redis_version')}")


def _check_embedded_redis() -> Check:
    from service.adapters.embedded_redis import EmbeddedRedisFailed, find_server

    try:
        server = find_server()
    except EmbeddedRedisFailed as failed:
        return Check("Redis", "fail", str(failed), "Install redis-server, or set HEADWAY_REDIS_URL.")
    return Check("Redis", "ok", f"embedded, {server}")


async def check_clamd(settings: Settings) -> list[Check]:
    """Whether the virus scanner answers, where there is to be one."""
    if settings.clamd is None:
        return []
    from service.adapters.clamd import Clamd, ScannerAway

    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            told = await Clamd(settings.clamd).version()
    except (ScannerAway, TimeoutError) as error:
        means = "are refused" if settings.clamd_away == "refuse" else "are taken unseen"
        return [
            Check(
                "clamd",
                "fail" if settings.clamd_away == "refuse" else "warn",
                f"{_first_line(error)}; uploads {means}",
                "Start it, or correct HEADWAY_CLAMD.",
            )
        ]
    return [Check("clamd", "ok", told)]


def check_parser() -> Check:
    """Whether PDFs can be read."""
    found = _version("pymupdf") or _version("pymupdf-lite")
    if found is None:
        return Check("PDF", "fail", "PyMuPDF is not installed: workers cannot start", _INSTALL)
    return Check("PDF", "ok", f"PyMuPDF {found}")


def check_ocr(settings: Settings) -> list[Check]:
    """Each engine that is there or was asked for; at least one is needed to read scans."""
    checks = [_check_rapidocr(), _check_tesseract(), _check_documentai(settings)]
    wanted = settings.ocr_engine
    names = {"rapidocr": 0, "tesseract": 1, "documentai": 2}
    if wanted in names and checks[names[wanted]].state != "ok":
        bad = checks[names[wanted]]
        checks[names[wanted]] = Check(
            bad.what, "fail", f"{bad.found}, yet HEADWAY_OCR_ENGINE asks for it", bad.remedy
        )
    if not any(check.state == "ok" for check in checks[: 3 if _documentai_wanted(settings) else 2]):
        return [Check("OCR", "fail", "no engine works: scans cannot be read", _INSTALL), *checks]
    return checks


def _check_rapidocr() -> Check:
    found = _version("rapidocr")
    if found is None:
        return Check("OCR: RapidOCR", "warn", "not installed", _INSTALL)
    return Check("OCR: RapidOCR", "ok", found)


def _check_tesseract() -> Check:
    program = shutil.which("tesseract")
    if program is None:
        return Check(
            "OCR: Tesseract",
            "warn",
            "not installed; only Vietnamese needs it",
            "apt install tesseract-ocr-vie",
        )
    try:
        told = subprocess.run(
            [program, "--list-langs"], capture_output=True, text=True, timeout=_ANSWER_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Check(
            "OCR: Tesseract", "warn", f"{program} does not run: {_first_line(error)}", "Install it anew."
        )
    languages = [line for line in told.stdout.splitlines()[1:] if line and line != "osd"]
    return Check("OCR: Tesseract", "ok", f"{program}, languages {', '.join(languages) or 'none'}")


def _check_documentai(settings: Settings) -> Check:
    what = "OCR: Document AI"
    if not _documentai_wanted(settings):
        remedy = "Set HEADWAY_DOCUMENTAI_PROJECT and HEADWAY_DOCUMENTAI_PROCESSOR."
        needed = settings.ocr_engine == "documentai"
        return Check(what, "warn" if needed else "ok", "not configured", remedy if needed else "")
    if _version("google-cloud-documentai") is None:
        return Check(what, "fail", "configured, but its client is not installed", _INSTALL)
    key = settings.documentai_credentials_file
    if key is not None and not key.is_file():
        return Check(
            what, "fail", f"there is no key file {key}", "Correct HEADWAY_DOCUMENTAI_CREDENTIALS_FILE."
        )
    return Check(what, "ok", f"processor {settings.documentai_processor} in {settings.documentai_location}")


def check_language(settings: Settings) -> list[Check]:
    """Gemini where it is configured or asked for; the rules are always there."""
    what = "Language: Gemini"
    rules = Check("Language: rules", "ok", "always there")
    asked_for = settings.language_engine == "gemini"
    if settings.gemini_api_key is None and settings.gemini_project is None:
        if asked_for:
            remedy = "Set HEADWAY_GEMINI_API_KEY, or HEADWAY_GEMINI_PROJECT for Vertex AI."
            return [
                Check(what, "fail", "not configured, yet HEADWAY_LANGUAGE_ENGINE asks for it", remedy),
                rules,
            ]
        return [Check(what, "ok", "not configured: rules read certificates"), rules]
    if _version("google-genai") is None:
        return [Check(what, "fail", "configured, but its client is not installed", _INSTALL), rules]
    key = settings.gemini_credentials_file
    if settings.gemini_api_key is None and key is not None and not key.is_file():
        remedy = "Correct HEADWAY_GEMINI_CREDENTIALS_FILE."
        return [Check(what, "fail", f"there is no key file {key}", remedy), rules]
    where = (
        "by API key"
        if settings.gemini_api_key is not None
        else f"Vertex AI, project {settings.gemini_project} in {settings.gemini_location}"
    )
    return [Check(what, "ok", f"{settings.gemini_model}, {where}"), rules]


def _documentai_wanted(settings: Settings) -> bool:
    return settings.documentai_project is not None and settings.documentai_processor is not None


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
