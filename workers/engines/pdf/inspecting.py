"""Which route each page will probably take, from the page tree alone: no content is interpreted."""

from collections.abc import Iterator
from typing import Any

from service.domain.json import JsonObject
from workers.engines.failures import DocumentRefused
from workers.engines.pdf.mupdf import mupdf
from workers.engines.pdf.opening import IMAGE_KINDS, opened, page_count
from workers.engines.pdf.whole_image import check_whole

_FORMS_DEEP = 3


def inspect(
    path: str, kind: str = "pdf", password: str | None = None, page_limit: int = 10_000
) -> Iterator[JsonObject]:
    """Yields once {"page_count", "routes": a letter a page, "repaired", "encrypted"}.

    Letters: t text (or nothing to read), o OCR. Reading finds out whether a prediction was right. Takes about
    10 µs a page; of an image its data is looked at. Raises DocumentRefused as `opened` does, and too_many_pages.
    """
    with opened(path, kind, password) as document:
        pages = page_count(document)
        if pages > page_limit:
            raise DocumentRefused("too_many_pages", {"pages": pages, "limit": page_limit})
        if kind in IMAGE_KINDS:
            check_whole(path, kind)
            routes = "o" * pages
        else:
            tree = mupdf.pdf_document_from_fz_document(document.this)
            routes = "".join(_route(tree, index) for index in range(pages))
        yield {
            "page_count": pages,
            "routes": routes,
            "repaired": bool(document.is_repaired),
            "encrypted": password is not None and bool(document.metadata.get("encryption")),
        }


# What follows calls MuPDF without the wrapper that holds each object: it makes thousands of calls, and whatever they
# return belongs to the open document.
def _route(tree: Any, index: int) -> str:
    try:
        page = mupdf.ll_pdf_lookup_page_obj(tree.m_internal, index)
        if not _entry(page, "Contents"):
            return "t"
        resources = mupdf.ll_pdf_dict_get_inheritable(page, _name("Resources"))
        return "t" if _has_fonts(resources, _FORMS_DEEP) or not _has_objects(resources) else "o"
    except mupdf.FzErrorBase:
        return "t"


def _has_fonts(resources: Any, depth: int) -> bool:
    if mupdf.ll_pdf_dict_len(_entry(resources, "Font")):
        return True
    if not depth:
        return False
    objects = _entry(resources, "XObject")
    for index in range(min(mupdf.ll_pdf_dict_len(objects), 20)):
        drawn = mupdf.ll_pdf_dict_get_val(objects, index)
        if mupdf.ll_pdf_name_eq(_entry(drawn, "Subtype"), _name("Form")) and _has_fonts(
            _entry(drawn, "Resources"), depth - 1
        ):
            return True
    return False


def _has_objects(resources: Any) -> bool:
    return mupdf.ll_pdf_dict_len(_entry(resources, "XObject")) > 0


def _entry(dictionary: Any, key: str) -> Any:
    return mupdf.ll_pdf_dict_get(dictionary, _name(key))


_names: dict[str, Any] = {}


def _name(key: str) -> Any:
    made = _names.get(key)
    if made is None:
        made = _names[key] = mupdf.ll_pdf_new_name(key)
    return made
