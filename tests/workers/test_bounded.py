"""What a step writes is bounded: too much fails it, and leaves nothing behind."""

from pathlib import Path

import pytest

from service.domain.work import StepDone
from tests.support import small_worker as support
from tests.support.house import open_house
from tests.support.small_worker import give, phase, small, small_worker
from workers.engines.reading_limits import ReadingLimits
from workers.pipelines.declaration import StepContext

pytestmark = pytest.mark.anyio
MOST = 100_000


@pytest.mark.parametrize("how", ["put", "writer", "two writers"])
@pytest.mark.parametrize(("size", "state"), [(MOST, "completed"), (MOST + 4, "failed")])
async def test_a_step_writes_so_much_and_no_more(
    sqlite_url: str,
    redis_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
    size: int,
    state: str,
) -> None:
    monkeypatch.setattr(support, "LIMITS", ReadingLimits(output_bytes=MOST))

    async def write(context: StepContext) -> StepDone:
        if how == "put":
            await context.blobs.put(context.output_key, b"x" * size)
            return StepDone()
        parts = 2 if how == "two writers" else 1
        for part in range(parts):
            async with context.blobs.writer(f"{context.output_key}-{part}") as writer:
                for _ in range(2):
                    await writer.write(b"x" * (size // 2 // parts))
                await writer.commit()
        return StepDone()

    async with open_house(sqlite_url, redis_url, tmp_path / "data") as house:
        pipeline = small(phase("inspecting", write))
        async with small_worker(house, pipeline):
            job = await house.state(await give(house, pipeline), state)
    if state == "failed":
        assert job.error is not None and (job.error["code"], job.error["kind"]) == (
            "output_too_large",
            "usage",
        )
    left = [each for each in (tmp_path / "data").rglob("*") if each.is_file() and each.stat().st_size > MOST]
    assert left == []
