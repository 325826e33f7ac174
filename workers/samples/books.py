"""The story as a book of 60 pages, and a book as long as one likes for measuring speed."""

from workers.samples.story import Storyteller
from workers.samples.typeset import Book

_STORY_SEED, _STORY_PARAGRAPHS = 7, 52  # chapters that fill their pages
_BENCHMARK_PARAGRAPHS = 80


def story_pdf(pages: int = 60) -> bytes:
    """A French story: chapters, dialogue, more than 1,500 different sentences."""
    return _book("Le phare des Sablons", pages, _STORY_SEED, _STORY_PARAGRAPHS, justified=True)


def long_text_pdf(pages: int = 619) -> bytes:
    """So many full pages of plain text; the same number gives the same bytes."""
    return _book("La chronique des Sablons", pages, pages, _BENCHMARK_PARAGRAPHS, justified=False)


def _book(title: str, pages: int, seed: int, paragraphs: int, *, justified: bool) -> bytes:
    book = Book(title, pages, justified=justified)
    for chapter in Storyteller(seed).chapters(paragraphs):
        if not book.add(chapter):
            break
    return book.finish()
