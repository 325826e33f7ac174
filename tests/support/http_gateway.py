"""A whole gateway process's application in the test: real Redis and SQL, users, a pipeline, and no worker."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr
from starlette.applications import Starlette

from service.adapters.database import Database
from service.adapters.local_account import LOCAL_USER_ID
from service.adapters.records import accounts, pipelines
from service.domain.account import Actor
from service.domain.json import JsonObject
from service.domain.pipeline import FirstStep, PipelineSpec
from service.gateway.app import create_app
from service.settings import Settings

BASE = "http://headway.test"
LOCAL_TOKEN = "token-of-the-local-user"
SPEC = PipelineSpec(
    name="text",
    phases=("inspecting", "reading", "assembling"),
    accepts=("pdf", "png", "txt", "md"),
    options_schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "ocr": {"enum": ["auto", "always", "never"], "default": "auto"},
            "languages": {"type": "array", "items": {"enum": ["en", "fr"]}, "default": ["en"]},
        },
    },
    first=FirstStep(30, 200, 2000),
)

PDF = b"%PDF-1.7\n" + b"1 0 obj\n" * 40


class Documented:
    """Holds every answer against the OpenAPI document: path, method, status and media type must be in it."""

    def __init__(self) -> None:
        self._routes: list[tuple[re.Pattern[str], JsonObject]] = []

    def learn(self, document: JsonObject) -> None:
        """Takes the document that the server serves."""
        self._routes = [
            (re.compile(re.sub(r"\\\{\w+\\\}", "[^?]+?", re.escape(path)) + r"(\?.*)?"), methods)
            for path, methods in document["paths"].items()
        ]

    async def check(self, answer: httpx.Response) -> None:
        """Fails for an answer that the document does not have."""
        target = answer.request.url.raw_path.decode()
        described = [methods for pattern, methods in self._routes if pattern.fullmatch(target)]
        method = answer.request.method.lower().replace("head", "get")
        operations = [each[method] for each in described if method in each]
        if not operations:
            assert answer.status_code in (404, 405), f"{method} {target} is not documented"
            return
        media_type = answer.headers.get("content-type", "").split(";")[0]
        for each in operations:
            said = each["responses"].get(str(answer.status_code))
            content = said.get("content", {}) if said is not None else {}
            if said is not None and (media_type in content or "*/*" in content or not media_type):
                return
        raise AssertionError(f"not documented: {method} {target} → {answer.status_code} {media_type}")


@dataclass
class Gateway:
    """The application with its lifespan open, and a client for each of its users."""

    app: Starlette
    settings: Settings
    db: Database
    documented: Documented
    clients: list[httpx.AsyncClient] = field(default_factory=list[httpx.AsyncClient])

    @property
    def store(self) -> Path:
        """The folder of the blob store."""
        return self.settings.data_dir / "blobs"

    def blobs(self) -> list[str]:
        """The files of the blob store, temporary ones too."""
        return sorted(
            path.relative_to(self.store).as_posix() for path in self.store.rglob("*") if path.is_file()
        )

    def client(self, token: str | None = None, **options: Any) -> httpx.AsyncClient:
        """A client that speaks to the application without a network."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        one = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=False),
            base_url=BASE,
            headers={**headers, **options.pop("headers", {})},
            event_hooks={"response": [self.documented.check]},
            **options,
        )
        self.clients.append(one)
        return one

    async def user(self, name: str, *, is_admin: bool = False) -> tuple[Actor, httpx.AsyncClient]:
        """A new user, and a client with a token of theirs."""
        async with self.db.writing() as session:
            made = await accounts.make_user(session, name, is_admin=is_admin)
            token = await accounts.make_token(session, made.user_id)
        return made, self.client(token)

    @property
    def local(self) -> Actor:
        """The user whose token is LOCAL_TOKEN."""
        return Actor(LOCAL_USER_ID, "local", is_admin=True)


def settings_for(database_url: str, redis_url: str, folder: Path, **more: Any) -> Settings:
    """Settings of a gateway whose data is in the folder."""
    given: dict[str, Any] = {
        "database_url": SecretStr(database_url),
        "redis_url": SecretStr(redis_url),
        "data_dir": folder / "data",
        "token": SecretStr(LOCAL_TOKEN),
        "free_disk_bytes": 0,
        **more,
    }
    return Settings(**given)


@asynccontextmanager
async def gateway(settings: Settings, *specs: PipelineSpec) -> AsyncGenerator[Gateway, None]:
    """Opens the application; declares the pipelines as a worker would, SPEC if none is given."""
    assert settings.database_url is not None
    app = create_app(settings)
    db = Database(settings.database_url.get_secret_value())
    async with app.router.lifespan_context(app):
        async with db.writing() as session:
            await pipelines.declare(session, list(specs) or [SPEC])
        one = Gateway(app, settings, db, Documented())
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as plain:
            one.documented.learn((await plain.get("/openapi.json")).json())
        yield one
        for client in one.clients:
            await client.aclose()
    await db.close()


def files(*given: tuple[str, bytes]) -> list[tuple[str, tuple[str, bytes]]]:
    """What httpx sends as parts named `files`."""
    return [("files", each) for each in given]


def multipart(*parts: tuple[str, str | None, bytes]) -> tuple[bytes, dict[str, str]]:
    """A body and its header, written byte by byte as given: (name, filename, content)."""
    body = b""
    for name, filename, content in parts:
        head = f'form-data; name="{name}"'.encode()
        if filename is not None:
            head += b'; filename="' + filename.encode("utf-8", "surrogatepass") + b'"'
        body += b"--XXboundaryXX\r\nContent-Disposition: " + head + b"\r\n\r\n" + content + b"\r\n"
    return body + b"--XXboundaryXX--\r\n", {"Content-Type": "multipart/form-data; boundary=XXboundaryXX"}
