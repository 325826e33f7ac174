"""What those get who write a client: the guide's program runs, and the documents are served."""

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from service.domain.account import Actor
from service.domain.ids import new_id
from service.gateway.operation import routes
from service.gateway.socket_documents import SocketDocuments
from service.protocol.asyncapi import asyncapi
from tests.support import programs
from tests.support.guide import program
from tests.support.live_gateway import Gateway

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]


async def follow(gateway: Gateway, *command: str, cwd: Path) -> list[bytes]:
    """What a program prints of a job whose link is lost on the way, once it has ended well by itself."""
    ann, token = await gateway.user("Ann")
    job = await gateway.job(ann)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, gateway.url, token, job, stdout=pipe, cwd=cwd)
    assert process.stdout is not None
    lines = [await asyncio.wait_for(process.stdout.readline(), 20)]
    for socket in gateway.live.connected.values():
        socket.abort()
    await gateway.change(job, state="processing")
    await gateway.work(job, ann, "s1", 500)
    while not lines[-1].startswith(b"processing"):
        lines.append(await asyncio.wait_for(process.stdout.readline(), 20))
    await gateway.change(job, state="completed", percent=100.0)
    rest, _ = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0
    return [*lines, *rest.splitlines(keepends=True)]


async def test_the_guides_python_client_follows_a_job_to_its_end(gateway: Gateway, tmp_path: Path) -> None:
    (tmp_path / "follow.py").write_text(program("python"))
    (tmp_path / "headway_client.py").write_bytes((ROOT / "service" / "client.py").read_bytes())
    lines = await follow(gateway, sys.executable, "follow.py", cwd=tmp_path)
    assert (lines[0], lines[-1]) == (b"queued 0.0\n", b"completed 100.0\n")


async def test_the_guides_node_client_follows_a_job_to_its_end(gateway: Gateway, tmp_path: Path) -> None:
    (tmp_path / "follow.mjs").write_text(program("js"))
    lines = await follow(gateway, *node_with_sockets(), "follow.mjs", cwd=tmp_path)
    assert (lines[0], lines[-1]) == (b"queued 0\n", b"completed 100\n")


async def test_the_guides_node_client_says_why_it_does_not_come_back(
    gateway: Gateway, tmp_path: Path
) -> None:
    (tmp_path / "follow.mjs").write_text(program("js"))
    ann, token = await gateway.user("Ann")
    job = await gateway.job(ann)
    for wrong, why in (
        ((job, "no token"), b"do not come back (4001)"),
        ((new_id(), token), b"it is not yours"),
    ):
        process = await asyncio.create_subprocess_exec(
            *node_with_sockets(),
            *("follow.mjs", gateway.url, wrong[1], wrong[0]),
            stderr=asyncio.subprocess.PIPE,
            cwd=tmp_path,
        )
        _, told = await asyncio.wait_for(process.communicate(), 20)
        assert process.returncode == 1
        assert why in told


def node_with_sockets() -> tuple[str, ...]:
    """Node as the guide says to start it: older ones have `WebSocket` behind a flag."""
    path = programs.node()
    version = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    old = int(version.removeprefix("v").partition(".")[0]) < 22
    return (path, "--experimental-websocket") if old else (path,)


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


async def test_the_guides_node_client_takes_ranges_of_pages_apart() -> None:
    """What it does with frames, without a connection."""
    vectors = json.loads((ROOT / "tests" / "protocol" / "golden_pages.json").read_text())
    frames = [{"job_id": "j", "set": {"pages": each["packed"]}} for each in vectors["good"]]
    text = program("js").removesuffix("connect();\n")
    assert text != program("js")
    asked = f"console.log(JSON.stringify({json.dumps(frames)}.map((each) => withPlainPages(each).set.pages)))"
    ran = subprocess.run([programs.node(), "-e", text + asked], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == [each["pages"] for each in vectors["good"]]
    for wrong in vectors["wrong"]:
        refused = f"withPlainPages({json.dumps({'job_id': 'j', 'value': {'pages': wrong}})})"
        ran = subprocess.run(
            [programs.node(), "-e", text + refused], capture_output=True, text=True, check=False
        )
        assert "no range of pages" in ran.stderr
