"""Damaged and hostile PDF and image files: each ends with a code that says what to do, none with the worker."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from service.domain.json import JsonObject
from tests.support import pdf_files
from workers.engines.failures import DocumentRefused
from workers.engines.pdf.child import inspect, render
from workers.engines.pdf.reading import read_text
from workers.sandbox import ChildFailed, Limits, Sandbox

RENDER = "workers.engines.pdf.child:render"


def inspected(tmp_path: Path, content: bytes, kind: str = "pdf", **options: object) -> JsonObject:
    path = tmp_path / "document"
    path.write_bytes(content)
    [item] = inspect(str(path), kind, **options)  # type: ignore[arg-type]  # options of any kind
    return item


def refusal(tmp_path: Path, content: bytes, kind: str = "pdf", **options: object) -> DocumentRefused:
    with pytest.raises(DocumentRefused) as caught:
        inspected(tmp_path, content, kind, **options)
    return caught.value


def test_a_locked_document_asks_for_its_password(tmp_path: Path) -> None:
    locked = pdf_files.text_pdf("secret", password="open sesame")
    assert refusal(tmp_path, locked).code == "password_required"
    assert refusal(tmp_path, locked, password="wrong").code == "password_wrong"
    assert inspected(tmp_path, locked, password="open sesame")["page_count"] == 1
    [page] = read_text(str(tmp_path / "document"), [1], password="open sesame")
    assert page["text"] == "secret"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_document"),
        (pdf_files.empty_pdf(), "no_pages"),
        (b"%PDF-1.7\n" + b"nothing that makes sense " * 100, "broken_document"),
        (b"\x00" * 10_000, "broken_document"),
        (pdf_files.text_pdf("text")[:200], "broken_document"),
    ],
)
def test_what_can_not_be_opened_says_why(tmp_path: Path, content: bytes, code: str) -> None:
    assert refusal(tmp_path, content).code == code


def test_a_truncated_document_is_repaired_and_read(tmp_path: Path) -> None:
    content = pdf_files.text_pdf(*[pdf_files.words(50)] * 5)
    seen = inspected(tmp_path, content[: len(content) * 9 // 10])
    assert seen["repaired"] is True


def test_more_pages_than_allowed_are_refused(tmp_path: Path) -> None:
    refused = refusal(tmp_path, pdf_files.many_pages_pdf(10_001))
    assert (refused.code, refused.params) == ("too_many_pages", {"pages": 10_001, "limit": 10_000})


def test_a_document_that_lies_about_its_pages_does_no_harm(tmp_path: Path) -> None:
    refused = refusal(tmp_path, pdf_files.lying_pdf(2_000_000_000))
    assert refused.code in ("too_many_pages", "broken_document")
    inspected(tmp_path, pdf_files.lying_pdf(3))
    items = list(read_text(str(tmp_path / "document"), [1, 2, 3]))
    assert items[0]["blank"] and all(item["failed"]["code"].startswith("page_") for item in items[1:])


@pytest.fixture
async def engine() -> AsyncIterator[Sandbox]:
    """A sandbox with the engine loaded."""
    made = Sandbox(["workers.engines.pdf.child"])
    yield made
    await made.close()


@pytest.mark.anyio
async def test_a_cyclic_page_tree_breaks_its_own_page_only(tmp_path: Path, engine: Sandbox) -> None:
    path = tmp_path / "document"
    path.write_bytes(pdf_files.cyclic_pdf())
    assert inspected(tmp_path, pdf_files.cyclic_pdf())["page_count"] == 2
    call = {"path": str(path), "pages": [1, 2]}
    async with engine.call("workers.engines.pdf.child:read_records", call, Limits(item_seconds=10)) as items:
        first, second = [item async for item in items]
    assert first["failed"] == {"code": "page_broken", "params": {"page": 1}}
    assert second["usable"]


@pytest.mark.anyio
async def test_a_picture_bomb_costs_its_child_only(tmp_path: Path, engine: Sandbox) -> None:
    """A PNG of 400 megapixels in 50 KB."""
    bomb = io.BytesIO()
    Image.new("L", (20_000, 20_000)).save(bomb, "PNG", compress_level=9)
    path = tmp_path / "bomb.png"
    path.write_bytes(bomb.getvalue())
    call = {"path": str(path), "pages": [1], "kind": "png"}
    with pytest.raises(ChildFailed) as caught:
        async with engine.call(RENDER, call, Limits(memory_bytes=128 << 20)) as items:
            await anext(items)
    assert caught.value.kind == "out_of_memory"


def _photo(kind: str, **options: object) -> bytes:
    """Left half blue, right half red, 300 × 200."""
    picture = Image.new("RGB", (300, 200), (255, 0, 0))
    picture.paste((0, 0, 255), (0, 0, 150, 200))
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)  # type: ignore[arg-type]  # options of any kind
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["png", "jpeg", "tiff", "webp"])
def test_images_are_documents_of_one_page_for_ocr(tmp_path: Path, kind: str) -> None:
    seen = inspected(tmp_path, _photo(kind.upper()), kind)
    assert (seen["page_count"], seen["routes"]) == (1, "o")
    [page] = render(str(tmp_path / "document"), [1], kind=kind, pixel_format="rgb")
    assert (page["width_px"], page["height_px"]) == (300, 200)
    assert page["blob"][2] > 200 > page["blob"][0]
    [read] = read_text(str(tmp_path / "document"), [1], kind=kind)
    assert (read["usable"], read["blank"]) == (False, False)


@pytest.mark.parametrize("kind", ["jpeg", "webp"])
def test_a_camera_that_was_held_sideways_gives_upright_pages(tmp_path: Path, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    inspected(tmp_path, _photo(kind.upper(), exif=exif), kind)
    [page] = render(str(tmp_path / "document"), [1], kind=kind, pixel_format="rgb")
    assert (page["width_px"], page["height_px"]) == (200, 300)
    assert page["blob"][2] > 200 and page["blob"][-3] > 200  # blue above, red below


def test_a_tiff_has_a_page_for_each_frame(tmp_path: Path) -> None:
    more = [Image.new("RGB", (100, 80), (number, 0, 0)) for number in range(3)]
    content = _photo("TIFF", save_all=True, append_images=more)
    assert inspected(tmp_path, content, "tiff")["page_count"] == 4
    pages = list(render(str(tmp_path / "document"), [1, 4], kind="tiff"))
    assert [page["width_px"] for page in pages] == [300, 100]
