"""The functions that arq calls, by name."""

from typing import Any

from service.adapters.queue import ESTIMATE, RENDER_PAGE, RUN_STEP
from workers.estimates import Estimates
from workers.images import Images
from workers.runner import Runner

RUNNER = "runner"
IMAGES = "images"
ESTIMATES = "estimates"


async def run_step(ctx: dict[str, Any], step_id: str) -> None:
    """Somebody rang for this step."""
    runner: Runner = ctx[RUNNER]
    await runner.run(step_id)


async def render_page(ctx: dict[str, Any], document_id: str, page: int, width: int) -> None:
    """Somebody looks at this page."""
    images: Images = ctx[IMAGES]
    await images.render(document_id, page, width)


async def estimate(ctx: dict[str, Any], job_id: str) -> None:
    """Somebody wants to know what a staged job will take."""
    estimates: Estimates = ctx[ESTIMATES]
    await estimates.make(job_id)


assert (run_step.__name__, render_page.__name__, estimate.__name__) == (RUN_STEP, RENDER_PAGE, ESTIMATE), (
    "arq finds functions by their names"
)
