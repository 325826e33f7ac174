"""The target that the sandbox runs."""

from workers.engines.flow.converting import convert

__all__ = ["convert"]
