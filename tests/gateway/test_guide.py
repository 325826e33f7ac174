"""What those get who write a client: the guide's program runs, and the documents are served."""

import asyncio
import re
import sys
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from service.domain.account import Actor
from service.gateway.operation import routes
from service.gateway.socket_documents import SocketDocuments
from service.protocol.asyncapi import asyncapi
from tests.support.live_gateway import Gateway

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]


async def test_the_guides_python_client_follows_a_job_to_its_end(gateway: Gateway, tmp_path: Path) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "protocol.md").read_text(), re.DOTALL)
    ann, token = await gateway.user("Ann")
    job = await gateway.job(ann)
    file = tmp_path / "follow.py"
    file.write_text(program.replace("from service.client import", "from headway_client import"))
    (tmp_path / "headway_client.py").write_bytes((ROOT / "service" / "client.py").read_bytes())
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(file), gateway.url, token, job, stdout=asyncio.subprocess.PIPE, cwd=tmp_path
    )
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 20) == b"queued 0.0\n"
    await gateway.change(job, state="completed", percent=100.0)
    rest, _ = await asyncio.wait_for(process.communicate(), 20)
    assert rest.splitlines()[-1] == b"completed 100.0"
    assert process.returncode == 0


async def test_the_document_and_the_client_are_there_for_everybody() -> None:
    async def nobody(_request: Request) -> Actor:
        raise AssertionError("it asks who is there")

    app = Starlette(routes=[*routes(SocketDocuments("1.2.3").operations(), nobody)])
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://headway.example"
    ) as http:
        document = (await http.get("/asyncapi.json")).json()
        client = await http.get("/client.py")
        page = await http.get("/asyncapi")
    assert page.headers["content-type"].startswith("text/html")
    for name in document["components"]["schemas"]:
        assert f'<article id="{name}">' in page.text
    for code in document["x-close-codes"]:
        assert f"<code>{code}</code>" in page.text
    linked = set(re.findall(r'href="#([^"]+)"', page.text))
    assert linked <= set(re.findall(r' id="([^"]+)"', page.text))
    assert "<script" not in page.text and "style=" not in page.text
    assert document == asyncapi("1.2.3")
    assert client.content == (ROOT / "service" / "client.py").read_bytes()
