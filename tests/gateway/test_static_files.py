"""The page's files: fresh without being sent again, and nothing beyond their folder."""

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from service.gateway.errors import Problems
from service.gateway.operation import routes
from service.gateway.static_files import StaticFiles
from tests.support.http_gateway import BASE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "page"
    (place / "views").mkdir(parents=True)
    (place / "index.html").write_text("<!doctype html>")
    (place / "app.js").write_text("export {};")
    (place / "views/card.js").write_text("export {};")
    (place / "secret.py").write_text("x = 1")
    (place / ".env").write_text("x")
    (tmp_path / "outside.js").write_text("outside")
    (place / "link.js").symlink_to(tmp_path / "outside.js")
    return place


@pytest.fixture
def client(folder: Path) -> httpx.AsyncClient:
    async def nobody(_request: object) -> None:
        raise AssertionError("the page's files are open to all")

    found = routes(StaticFiles(folder).operations(), nobody)  # pyright: ignore[reportArgumentType] -- never asked
    app = Starlette(routes=found, middleware=[Middleware(Problems)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE)


async def test_a_file_is_looked_at_again_each_time_and_sent_once(
    client: httpx.AsyncClient, folder: Path
) -> None:
    first = await client.get("/static/app.js")
    assert first.headers["Cache-Control"] == "no-cache"
    assert first.headers["Content-Type"] == "text/javascript; charset=utf-8"
    etag = first.headers["ETag"]
    again = await client.get("/static/app.js", headers={"If-None-Match": f'"x", W/{etag}'})
    assert (again.status_code, again.content) == (304, b"")
    (folder / "app.js").write_text("export { changed };")
    changed = await client.get("/static/app.js", headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed.text == "export { changed };"


async def test_a_file_asked_for_by_its_hash_is_kept_for_ever(client: httpx.AsyncClient) -> None:
    seen = (await client.get("/static/app.js")).headers["ETag"].strip('"')
    assert "immutable" in (await client.get(f"/static/app.js?v={seen}")).headers["Cache-Control"]
    assert (await client.get("/static/app.js?v=older")).headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/", "/jobs/x", "/certificates", "/certificates/x", "/ships", "/admin"])
async def test_the_pages_addresses_all_give_the_page(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.text == "<!doctype html>"
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert (await client.head(path)).content == b""


@pytest.mark.parametrize(
    "path",
    [
        "../outside.js",
        "%2e%2e/outside.js",
        "..%2foutside.js",
        "views/../../outside.js",
        "/etc/passwd.js",
        "%00.js",
        "link.js",
        "secret.py",
        ".env",
        "views",
        "",
        "missing.js",
        "x" * 5000 + ".js",
    ],
)
async def test_nothing_else_is_served(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(f"/static/{path}")
    assert answer.status_code == 404
    assert "outside" not in answer.text
