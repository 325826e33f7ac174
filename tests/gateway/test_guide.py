"""The program in docs/protocol.md does what it says."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

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
