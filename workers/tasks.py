"""The functions that arq calls, by name."""

from typing import Any

from service.adapters.queue import RENDER_PAGE, RUN_STEP
from workers.images import Images
from workers.runner import Runner

RUNNER = "runner"
IMAGES = "images"


async def run_step(ctx: dict[str, Any], step_id: str) -> None:
    """Somebody rang for this step."""
    runner: Runner = ctx[RUNNER]
    await runner.run(step_id)


async def render_page(ctx: dict[str, Any], document_id: str, page: int, width: int) -> None:
    """Somebody looks at this page."""
    images: Images = ctx[IMAGES]
    await images.render(document_id, page, width)


assert (run_step.__name__, render_page.__name__) == (RUN_STEP, RENDER_PAGE), (
    "arq finds functions by their names"
)
