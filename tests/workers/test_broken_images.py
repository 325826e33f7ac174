"""Images whose data is cut off are refused with words that say so; none passes for a page without text."""

import io
from pathlib import Path

import pytest
from PIL import Image

from workers.engines.failures import DocumentRefused
from workers.engines.pdf import whole_image
from workers.engines.pdf.child import inspect, render


def photo(kind: str, **options: object) -> bytes:
    """Something that does not compress well, so that any cut loses a part of it."""
    picture = Image.effect_noise((640, 480), 60).convert("RGB")
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)  # type: ignore[arg-type]  # options of any kind
    return buffer.getvalue()


def code_of(tmp_path: Path, content: bytes, kind: str) -> str | None:
    """Why it is refused, at once or when its page is drawn; None for an image that is read."""
    path = tmp_path / "image"
    path.write_bytes(content)
    try:
        list(inspect(str(path), kind))
        [page] = render(str(path), [1], kind=kind)
    except DocumentRefused as refused:
        return refused.code
    return page["failed"]["code"] if "failed" in page else None


KINDS = [
    ("jpeg", {}),
    ("jpeg", {"progressive": True}),
    ("png", {}),
    ("webp", {}),
    ("tiff", {}),
    ("tiff", {"compression": "tiff_lzw"}),
    ("tiff", {"compression": "jpeg"}),
]
BROKEN = {"broken_image", "page_image_broken", "broken_document"}


@pytest.mark.parametrize("share", [0.95, 0.5, 0.1])
@pytest.mark.parametrize(("kind", "options"), KINDS)
def test_an_image_that_is_cut_off_is_refused(
    tmp_path: Path, kind: str, options: dict[str, object], share: float
) -> None:
    whole = photo(kind.upper(), **options)
    assert code_of(tmp_path, whole, kind) is None
    assert code_of(tmp_path, whole[: int(len(whole) * share)], kind) in BROKEN


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_it_is_said_that_it_is_the_image_and_what_to_do(tmp_path: Path, kind: str) -> None:
    whole = photo(kind.upper())
    assert code_of(tmp_path, whole[: len(whole) // 2], kind) == "broken_image"


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("jpeg", photo("JPEG") + b"\0" * 5000),
        ("jpeg", photo("JPEG")[:-2]),
        ("png", photo("PNG")[:-12]),
        ("png", photo("PNG") + b"trailing"),
    ],
    ids=["jpeg and more", "jpeg without its end mark", "png without its end mark", "png and more"],
)
def test_an_image_that_is_all_there_is_read_however_its_file_ends(
    tmp_path: Path, kind: str, content: bytes
) -> None:
    assert code_of(tmp_path, content, kind) is None


def test_a_dark_image_is_no_broken_one(tmp_path: Path) -> None:
    """What is missing of a JPEG is told by its black rows, which a whole image may have as well."""
    buffer = io.BytesIO()
    Image.new("RGB", (640, 480)).save(buffer, "JPEG")
    assert code_of(tmp_path, buffer.getvalue(), "jpeg") is None


@pytest.mark.parametrize("damage", [b"\xff", b"\0", b"IDAT", b"\xff\xd8"])
@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_damage_anywhere_ends_in_a_page_or_a_code(tmp_path: Path, kind: str, damage: bytes) -> None:
    whole = photo(kind.upper())
    for at in (4, 30, len(whole) // 3, len(whole) - 20):
        content = whole[:at] + damage * 8 + whole[at + 8 * len(damage) :]
        assert code_of(tmp_path, content, kind) in {None, *BROKEN, "image_too_large"}


def test_more_pixels_than_can_be_decoded_at_once_are_told_in_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_image, "MOST_MEGAPIXELS", 0.1)
    path = tmp_path / "image"
    path.write_bytes(photo("WEBP"))
    with pytest.raises(DocumentRefused) as caught:
        list(inspect(str(path), "webp"))
    assert (caught.value.code, caught.value.params["limit"]) == ("image_too_large", 0.1)


def test_pillows_own_limit_does_not_call_a_large_image_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each kind has its own way to be read at a lower resolution."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    for kind in ("jpeg", "png", "webp"):
        assert code_of(tmp_path, photo(kind.upper()), kind) is None
    assert Image.MAX_IMAGE_PIXELS == 1000


def test_of_a_scan_with_many_pages_only_the_one_that_is_cut_off_fails(tmp_path: Path) -> None:
    pages = [Image.effect_noise((300, 200), 60) for _ in range(3)]
    buffer = io.BytesIO()
    pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:])
    path = tmp_path / "image"
    path.write_bytes(buffer.getvalue()[:-30_000])
    [seen] = inspect(str(path), "tiff")
    drawn = list(render(str(path), [1, 2, 3], kind="tiff"))
    assert seen["page_count"] == 3
    assert ["failed" in page for page in drawn] == [False, False, True]
    assert drawn[2]["failed"] == {"code": "page_image_broken", "params": {"page": 3}}
