"""The pipelines, one file each: adding one is adding a file."""

import importlib
import pkgutil

from workers.pipelines.declaration import Pipeline


def all_pipelines() -> dict[str, Pipeline]:
    """Every module of this package that declares a `PIPELINE`, by the pipeline's name."""
    found: dict[str, Pipeline] = {}
    for module in pkgutil.iter_modules(__path__):
        pipeline = getattr(importlib.import_module(f"{__name__}.{module.name}"), "PIPELINE", None)
        if isinstance(pipeline, Pipeline):
            found[pipeline.name] = pipeline
    return found
