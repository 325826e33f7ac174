"""Structured logs on standard error: for people on a terminal, one JSON object a line elsewhere.

What every line of a piece of work shares (`job`, `step`, `attempt`, `support_id`) is bound once with
`bound_to_work`; secrets are masked wherever they turn up.
"""

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from contextlib import AbstractContextManager
from typing import Any, Literal, Protocol, TextIO

import orjson
import structlog

Form = Literal["auto", "json", "console"]
Event = MutableMapping[str, Any]

MASK = "***"
# A masked value shorter than this would mask harmless words.
_SHORTEST_SECRET = 8

_SECRET_NAMES = re.compile(
    r"password|passwd|token|secret|authorization|cookie|credential|api_?key", re.IGNORECASE
)
_URL_PASSWORD = re.compile(r"(?<=://)([^\s/:@]*):[^\s/@]+(?=@)")
_BEARER = re.compile(r"(?i)\b(bearer)\s+[^\s\"',;]+")
_LINK_CODE = re.compile(r"([?&#]code=)[^\s&\"']+")

# These tell each request or each poll; their warnings are still heard.
_CHATTY = (
    "arq",
    "alembic",
    "sqlalchemy",
    "uvicorn",
    "httpx",
    "httpcore",
    "websockets",
    "asyncio",
    "PIL",
    "google",
)


class LogSettings(Protocol):
    """What logging is set up from; the settings have it."""

    @property
    def log_level(self) -> Literal["debug", "info", "warning", "error"]:
        """The least level that is logged."""
        ...

    @property
    def log_format(self) -> Form:
        """`auto` is `console` on a terminal, else `json`."""
        ...

    def secrets(self) -> list[str]:
        """Texts that are masked wherever they appear, beside what is known by its name or shape."""
        ...


def set_up_logs(settings: LogSettings, to: TextIO | None = None) -> None:
    """Sends the logs of this process, those of libraries too, to standard error."""
    stream = to or sys.stderr
    level, form = settings.log_level, settings.log_format
    console = form == "console" or (form == "auto" and stream.isatty())
    before = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if console else "iso", utc=not console),
    ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*before, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _Masking(settings.secrets()),
                _console(stream) if console else _as_json,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def bound_to_work(**about: Any) -> AbstractContextManager[Any]:
    """Every line logged inside carries these: `job`, `step`, `attempt`, `support_id`."""
    return structlog.contextvars.bound_contextvars(**about)


class _Masking:
    """Masks secrets in a line, by the field's name, by shape, and by the values themselves."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = sorted({each for each in secrets if len(each) >= _SHORTEST_SECRET}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, _logger: Any, _method: str, line: Event) -> Event:
        return {name: self._masked(name, value) for name, value in line.items()}

    def _masked(self, name: str, value: Any) -> Any:
        if value is not None and _SECRET_NAMES.search(name):
            return MASK
        match value:
            case str():
                return self._masked_text(value)
            case dict():
                return {each: self._masked(str(each), inner) for each, inner in value.items()}
            case list() | tuple():
                return [self._masked(name, inner) for inner in value]
            case bool() | int() | float() | None:
                return value
            case _:
                return self._masked_text(str(value))

    def _masked_text(self, text: str) -> str:
        text = _URL_PASSWORD.sub(rf"\1:{MASK}", text)
        text = _BEARER.sub(rf"\1 {MASK}", text)
        text = _LINK_CODE.sub(rf"\1{MASK}", text)
        return self._known.sub(MASK, text) if self._known is not None else text


def _as_json(_logger: Any, _method: str, line: Event) -> str:
    first = {name: line.pop(name) for name in ("timestamp", "level", "event") if name in line}
    return orjson.dumps({**first, **line}, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _console(stream: TextIO) -> structlog.dev.ConsoleRenderer:
    # The plain traceback: the pretty one shows local variables, and so secrets.
    return structlog.dev.ConsoleRenderer(
        colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback, pad_event_to=0
    )
