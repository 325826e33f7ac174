"""Settings of places: addresses, folders, databases, and how programs sign in."""

import os
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "HEADWAY_"
ENV_FILE = ".env"
TOKEN_CHARACTERS = 16

_DATABASES = ("postgresql", "sqlite")
BUCKET_URL = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._@-]+)*/?")
_REDIS_SCHEMES = ("redis", "rediss", "unix")


def _default_data_dir() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser() / "headway"


class Places(BaseSettings):
    """The first part of the settings. All are read from the same variables."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    host: str = Field("127.0.0.1", description="Address that the gateway listens on")
    port: int = Field(8000, ge=0, le=65535, description="TCP port of the gateway; 0 takes any free one")
    public_url: str | None = Field(
        None,
        description="URL under which browsers reach the gateway, for links and origin checks; else from host and port",
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Further origins whose pages may connect, separated by commas"
    )
    token: SecretStr | None = Field(
        None,
        description="Token of the local user, at least 16 characters; else made at first start",
    )
    url: str | None = Field(
        None, description="Server that commands such as `upload` talk to; else the one of the data folder"
    )

    data_dir: Path = Field(
        default_factory=_default_data_dir,
        description="Folder for documents, the SQLite database and secrets",
    )
    secret_key: SecretStr | None = Field(
        None,
        description="Key of answers such as passwords, at least 16 characters, the same for all gateways and workers; "
        "else made in the data folder",
    )
    database_url: SecretStr | None = Field(
        None,
        description="SQL database, `postgresql://…` or `sqlite:///…`; else a SQLite file in the data folder",
    )
    redis_url: SecretStr | None = Field(
        None, description="Redis server, `redis://…`, `rediss://…` or `unix://…`; else an embedded one"
    )
    storage_url: str | None = Field(
        None,
        description="Where documents and results are kept, `file:///…` or `s3://bucket/prefix`; else a folder in the "
        "data folder",
    )
    storage_endpoint: str | None = Field(
        None,
        description="Endpoint of object storage, `https://…`; else as `AWS_ENDPOINT_URL` says, or Amazon's",
    )
    storage_region: str | None = Field(
        None, description="Region of object storage; else as `AWS_REGION` says, or us-east-1"
    )
    storage_access_key_id: str | None = Field(
        None,
        description="Access key of object storage; else as `AWS_ACCESS_KEY_ID` or the machine's role says",
    )
    storage_secret_access_key: SecretStr | None = Field(
        None, description="Secret key of object storage; else as `AWS_SECRET_ACCESS_KEY` says"
    )
    storage_copy_bytes: int = Field(
        2 * 1024**3,
        ge=1,
        description="Most bytes of local copies of stored files that one worker process keeps; those in use stay",
    )

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _split_origins(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return tuple(part for part in (item.strip() for item in value.split(",")) if part)

    @field_validator("allowed_origins")
    @classmethod
    def _check_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_origin(origin) for origin in value)

    @field_validator("public_url", "url")
    @classmethod
    def _check_url(cls, value: str | None) -> str | None:
        return _origin(value) if value is not None else None

    @field_validator("token", "secret_key")
    @classmethod
    def _check_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < TOKEN_CHARACTERS:
            raise ValueError(f"should have at least {TOKEN_CHARACTERS} characters")
        return value

    @field_validator("storage_url")
    @classmethod
    def _check_storage(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith("file:///") and not BUCKET_URL.fullmatch(value):
            raise ValueError("should be a URL that starts with file:///, or s3:// and a bucket's name")
        return value

    @field_validator("storage_endpoint")
    @classmethod
    def _check_endpoint(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[^\s?#]+", value):
            raise ValueError("should be a URL that starts with https:// or http://")
        return value.rstrip("/") if value is not None else None

    @field_validator("data_dir")
    @classmethod
    def _make_absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, value: SecretStr | None) -> SecretStr | None:
        return _with_scheme(value, _DATABASES)

    @field_validator("redis_url")
    @classmethod
    def _check_redis(cls, value: SecretStr | None) -> SecretStr | None:
        return _with_scheme(value, _REDIS_SCHEMES)


def _origin(text: str) -> str:
    """The origin without a closing slash."""
    if not re.fullmatch(r"https?://[^/\s?#@]+/?", text):
        raise ValueError(f"{text!r} is not an origin such as https://example.org")
    return text.rstrip("/")


def _with_scheme(url: SecretStr | None, schemes: tuple[str, ...]) -> SecretStr | None:
    """The URL, when its scheme (before any `+driver`) is one of these."""
    if url is not None:
        scheme, separator, _ = url.get_secret_value().partition("://")
        if not separator or scheme.partition("+")[0] not in schemes:
            raise ValueError(
                "should be a URL that starts with " + " or ".join(f"{name}://" for name in schemes)
            )
    return url
