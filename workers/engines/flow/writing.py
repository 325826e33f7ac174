"""Blocks as Markdown."""

import re

from workers.engines.flow.blocks import Block

_SPECIAL = re.compile(r"^(\s*)(#{1,6}\s|>|[-+*]\s|\||={3,}|-{3,}|```|\d{1,9}[.)]\s)", re.MULTILINE)


def to_markdown(block: Block) -> str:
    """One block, with the empty line after it (list items and continued tables follow each other closely)."""
    kind = block.kind
    if kind == "heading":
        return f"{'#' * block.level} {block.text}\n\n"
    if kind == "item":
        mark = "-" if block.number is None else f"{block.number}."
        indent = "    " * min(block.level, 8)
        return f"{indent}{mark} " + block.text.replace("\n", f"\n{indent}  ") + "\n"
    if kind == "code":
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", block.text)), default=0))
        return f"{fence}\n{block.text}\n{fence}\n\n"
    if kind == "table":
        return _table(block)
    if kind == "break":
        return ""
    return _SPECIAL.sub(r"\1\\\2", block.text) + "\n\n"


def joiner(before: Block | None, block: Block) -> str:
    """What stands between two blocks besides their own empty lines."""
    if before is None or before.kind == "break":
        return ""
    list_ends = before.kind == "item" and block.kind != "item"
    table_ends = before.kind == "table" and not (block.kind == "table" and block.continues)
    return "\n" if list_ends or table_ends else ""


def _table(block: Block) -> str:
    lines = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in block.rows]
    if not block.continues:
        lines.insert(1, "|" + " --- |" * len(block.rows[0]))
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().replace("|", "\\|")
