"""On real sockets: a client that goes in the middle of a file loses that file, and nothing else is left of it."""

import asyncio
import os
import socket
import struct
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from service.adapters.tables import DocumentRow, IdempotencyRow
from tests.support.http_gateway import LOCAL_TOKEN, PDF, Gateway, multipart
from tests.support.live_gateway import serving
from tests.support.waiting import until

pytestmark = pytest.mark.keys_may_stay("headway:steps", "headway:images")


def request(body_length: int, content_type: str, *more: str) -> bytes:
    lines = (
        "POST /api/uploads HTTP/1.1",
        "Host: headway.test",
        f"Authorization: Bearer {LOCAL_TOKEN}",
        f"Content-Type: {content_type}",
        f"Content-Length: {body_length}",
        *more,
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def connect(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(url)
    return await asyncio.open_connection(parts.hostname, parts.port)


async def names(site: Gateway) -> list[str]:
    async with site.db.reading() as session:
        return list(await session.scalars(select(DocumentRow.name).order_by(DocumentRow.id)))


@pytest.mark.parametrize("how", ["closed", "reset"])
async def test_earlier_files_are_kept_and_nothing_else_is_left(site: Gateway, how: str) -> None:
    body, headers = multipart(
        ("files", "first.pdf", PDF + b"1"),
        ("files", "second.pdf", PDF + b"2"),
        ("files", "third.pdf", PDF + os.urandom(6_000_000)),
    )
    async with serving(site.app) as url:
        _, writer = await connect(url)
        writer.write(request(len(body), headers["Content-Type"], "Idempotency-Key: k"))
        writer.write(body[:5_000_000])
        await writer.drain()
        await until(
            lambda: any(each.startswith("tmp/") for each in site.blobs()), "the third file streams in"
        )
        if how == "reset":
            writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
        writer.close()
        await until(
            lambda: not any(each.startswith("tmp/") for each in site.blobs()), "the temporary file is gone"
        )
    assert await names(site) == ["first.pdf", "second.pdf"]
    assert len(site.blobs()) == 2
    async with site.db.reading() as session:
        assert await session.scalar(select(IdempotencyRow.key)) is None, "the key is free for another try"


async def test_a_refused_file_does_not_fill_the_disk_while_the_rest_of_it_comes(sqlite_site: Gateway) -> None:
    body, headers = multipart(("files", "huge.pdf", PDF + bytes(20_000_000)), ("files", "small.pdf", PDF))
    async with serving(sqlite_site.app) as url:
        reader, writer = await connect(url)
        writer.write(request(len(body), headers["Content-Type"]) + body[:10_000_000])
        await writer.drain()
        await until(lambda: sqlite_site.blobs() == [], "the refused file's bytes are gone")
        writer.write(body[10_000_000:])
        status = await reader.readline()
        writer.close()
    assert b"202" in status
    assert await names(sqlite_site) == ["small.pdf"]


async def test_a_request_that_is_refused_at_once_can_still_be_answered(sqlite_site: Gateway) -> None:
    body, headers = multipart(("files", "a.pdf", PDF + bytes(3_000_000)))
    head = request(len(body), headers["Content-Type"]).replace(LOCAL_TOKEN.encode(), b"wrong")
    async with serving(sqlite_site.app) as url:
        reader, writer = await connect(url)
        writer.write(head + body)
        await writer.drain()
        assert b"401" in await reader.readline()
        writer.close()
    assert sqlite_site.blobs() == []
