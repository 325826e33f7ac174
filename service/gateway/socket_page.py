"""The AsyncAPI document as a page for people: plain HTML that needs no script."""

import json
from collections.abc import Iterable
from html import escape
from typing import Any

from service.domain.json import JsonObject

_COME_BACK = {
    "never": "Do not come back",
    "after_a_wait": "Come back after a wait",
    "at_once": "Come back at once",
}
_PARTS = (
    ("topics", "Topics"),
    ("listen", "What you send"),
    ("tell", "What you get"),
    ("values", "What is inside"),
    ("close-codes", "When the socket closes"),
)


def socket_page(document: JsonObject) -> str:
    """The page of the document that `asyncapi` makes."""
    info, channel = document["info"], document["channels"]["live"]
    sections = {
        "topics": _table(
            ("Topic", "What it shows"), ((_code(k), escape(v)) for k, v in document["x-topics"].items())
        ),
        "listen": _messages(document, "listen"),
        "tell": _messages(document, "tell"),
        "values": _values(document),
        "close-codes": _close_codes(document),
    }
    body = "".join(
        f'<section id="{name}"><h2>{escape(title)}</h2>{sections[name]}</section>' for name, title in _PARTS
    )
    links = "".join(f'<li><a href="#{name}">{escape(title)}</a></li>' for name, title in _PARTS)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(info['title'])}</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><link rel="icon" href="/static/icon.svg" type="image/svg+xml">'
        + "".join(
            f'<link rel="stylesheet" href="/static/styles/{each}.css">'
            for each in ("tokens", "ground", "reference")
        )
        + '</head><body><header><div class="plain-header"><a class="brand" href="/">Headway</a></div></header>'
        f'<main class="reference"><h1>{escape(info["title"])}</h1><p>{escape(info["description"])}</p>'
        f"<p><code>GET {escape(channel['address'])}</code> {escape(channel['description'])} Credentials are a bearer "
        "token or the page's cookie.</p>"
        '<p>For programs: <a href="/asyncapi.json">asyncapi.json</a>, a <a href="/client.py">client in Python</a>, '
        '<a href="/openapi.json">openapi.json</a>.</p>'
        f'<nav aria-label="On this page"><ul>{links}</ul></nav>{body}</main></body></html>'
    )


def _messages(document: JsonObject, operation: str) -> str:
    names = [each["$ref"].rpartition("/")[2] for each in document["operations"][operation]["messages"]]
    return "".join(_message(document, name) for name in names)


def _message(document: JsonObject, name: str) -> str:
    message, schema = document["components"]["messages"][name], document["components"]["schemas"][name]
    examples = "".join(
        f"<pre><code>{escape(_example(each['payload']))}</code></pre>" for each in message["examples"]
    )
    return (
        f'<article id="{name}"><h3><code>{escape(message["name"])}</code> <small>{escape(name)}</small></h3>'
        f'<p>{_prose(message["summary"])}</p><div class="sides">{_fields(schema)}{examples}</div></article>'
    )


def _example(frame: JsonObject) -> str:
    """A line for each field."""
    fields = (f'  "{name}": {json.dumps(value, ensure_ascii=False)}' for name, value in frame.items())
    return "{\n" + ",\n".join(fields) + "\n}"


def _values(document: JsonObject) -> str:
    """The models that frames hold, which are those that are no messages themselves."""
    schemas = document["components"]["schemas"]
    inside = {name: schemas[name] for name in schemas if name not in document["components"]["messages"]}
    return "".join(
        f'<article id="{name}"><h3>{escape(name)}</h3><p>{_prose(each.get("description", ""))}</p>'
        + (_fields(each) if "properties" in each else f"<p>{_type(each)}</p>")
        + "</article>"
        for name, each in sorted(inside.items(), key=lambda each: -len(each[1].get("properties", ())))
    )


def _fields(schema: JsonObject) -> str:
    needed = set(schema.get("required", ()))
    rows = (
        (
            f"{_code(name)}{'' if name in needed or not needed else ' <small>optional</small>'}",
            _type(field),
            _prose(field.get("description", "")),
        )
        for name, field in schema["properties"].items()
        if "const" not in field
    )
    return _table(("Field", "Type", ""), rows)


def _type(schema: JsonObject) -> str:
    """A type in the words of JSON, with links to the models that are described on the page."""
    match schema:
        case {"$ref": str(target)}:
            name = target.rpartition("/")[2]
            return f'<a href="#{name}">{escape(name)}</a>'
        case {"anyOf": list(several)}:
            return " or ".join(_type(each) for each in several if each.get("type") != "null")
        case {"enum": list(values)}:
            return " ".join(_code(str(each)) for each in values)
        case {"prefixItems": list(parts)}:
            return f"[{', '.join(map(_type, parts))}]"
        case {"items": dict(item)}:
            return f"list of {_type(_known(item))}"
        case {"additionalProperties": dict(value)}:
            return f"map of {_type(_known(value))}"
        case _:
            return escape(str(schema.get("type", "anything")))


def _known(schema: dict[Any, Any]) -> JsonObject:
    return {str(key): value for key, value in schema.items()}


def _close_codes(document: JsonObject) -> str:
    rows = (
        (_code(code), _code(each["name"]), _COME_BACK[each["comeBack"]], escape(each["meaning"]))
        for code, each in document["x-close-codes"].items()
    )
    return _table(("Code", "Name", "What to do", "Why"), rows)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of cells that are markup already; none where there are no rows."""
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    if not body:
        return "<p>No further fields.</p>"
    titles = "".join(f'<th scope="col">{escape(each)}</th>' for each in head)
    return f'<div class="scroll"><table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>'


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _prose(text: str) -> str:
    """Text in which backticks set off code."""
    parts = " ".join(text.split()).split("`")
    return "".join(_code(each) if at % 2 else escape(each) for at, each in enumerate(parts))
