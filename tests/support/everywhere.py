"""Looking for a word in all that Headway keeps: every table, every blob, every key of Redis."""

from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from sqlalchemy import select

from service.adapters.record_tables import Row
from tests.support.house import House


async def traces(house: House, *words: str) -> list[str]:
    """Where any of the words is found: `table:`, `blob:` and `key:` with what it is, each once."""
    found: list[str] = []
    async with house.a.db.reading() as session:
        for table in Row.metadata.sorted_tables:
            for row in await session.execute(select(table)):
                if _has(str(tuple(row)), words):
                    found.append(f"table: {table.name}")
    store = house.settings.data_dir / "blobs"
    for path in store.rglob("*"):
        if _has(path.relative_to(store).as_posix(), words) or (path.is_file() and _holds(path, words)):
            found.append(f"blob: {path.relative_to(store).as_posix()}")
    async for key in house.a.redis.scan_iter():
        if _has(f"{key!r} {await _content(house.a.redis, key)!r}", words):
            found.append(f"key: {key!r}")
    return sorted(set(found))


def _has(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)


def _holds(path: Path, words: tuple[str, ...]) -> bool:
    content = path.read_bytes()
    return any(word.encode() in content for word in words)


async def _content(redis: "Redis", key: bytes) -> Any:
    match (await redis.type(key)).decode():
        case "string":
            return await redis.get(key)
        case "hash":
            return await redis.hgetall(key)  # type: ignore[misc]  # declared for both kinds of client
        case "stream":
            return await redis.xrange(key)
        case "zset":
            return await redis.zrange(key, 0, -1)
        case "list":
            return await redis.lrange(key, 0, -1)  # type: ignore[misc]  # likewise
        case kind:
            raise AssertionError(f"a key of an unexpected kind: {kind}")
