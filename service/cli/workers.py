"""`headway workers`."""

import time

import click

from service.cli.api import Api
from service.cli.options import talks_to_server
from service.cli.screen import Screen
from service.domain.json import JsonObject
from service.domain.message import english


@click.command()
@talks_to_server
async def workers(api: Api, screen: Screen) -> int:
    """Show the workers and the queue."""
    told = await api.get("/api/admin/workers")
    screen.object(told)
    rows = [_row(worker) for worker in told["workers"].values()]
    if rows:
        screen.table(("host", "pid", "up", "slots", "works on"), rows)
    else:
        screen.line("No worker runs. Start one with `headway worker`.", "yellow")
    queue = told["queue"]
    screen.line(_queue(queue))
    for name, engine in (told.get("engines") or {}).items():
        if engine["state"] == "unavailable":
            screen.line(
                f"The engine {name} is unavailable: {engine.get('detail') or 'no reason given'}", "yellow"
            )
    return 0


def _row(worker: JsonObject) -> tuple[object, ...]:
    running = ", ".join(
        f"{step['name']} ({english('phase', step['phase'], {})})"
        for step in worker.get("running", {}).values()
    )
    up = max(0, round(time.time() - worker["started_at"]))
    return (
        worker["host"],
        worker["pid"],
        f"{up // 60} min" if up >= 60 else f"{up} s",
        worker["slots"],
        running or "–",
    )


def _queue(queue: JsonObject) -> str:
    wait = queue.get("oldest_wait_seconds")
    waits = f", the oldest for {wait:.0f} s" if wait else ""
    return f"{queue['queued']} queued{waits}, {queue['running']} running, {queue['waiting']} waiting for an answer"
