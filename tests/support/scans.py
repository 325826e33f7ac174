"""Pages that look scanned, with the words that are on them, and a measure of how many of them were read."""

import io
import random
import unicodedata
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any, Literal, cast

import pymupdf
from PIL import Image, ImageFilter

A4 = (595.0, 842.0)

ENGLISH = """The harbour master signed the certificate in the early morning, before the first ship left the quay.
Nobody had expected the inspection to take eleven days, yet the surveyor insisted on opening every hatch and
measuring each plate by hand. When the last lifeboat had been lowered and raised again, she closed her notebook,
looked at the crew and said that the vessel might sail. The owner paid 4,250 dollars for repairs at berth 17.
Rain fell through the afternoon. Two tugs waited outside the breakwater with their engines running, and the pilot
counted the buoys aloud while the tide turned. By nightfall only a lantern marked the place where the ship had been."""

FRENCH = """L'été dernier, à la tombée de la nuit, le capitaine aperçut une lueur étrange près de l'île. Où étaient
passés les pêcheurs ? Ça ne m'étonne guère, répondit le garçon en haussant les épaules, sans même lever les yeux
de son cœur à l'ouvrage. La mer était calme, le vent tiède, et les vieux marins se souvenaient déjà d'un autre
naufrage. Après le dîner, Hélène relut la lettre où son frère annonçait qu'il reviendrait bientôt, peut-être dès
février. Elle la plia, la rangea dans un tiroir et n'en parla plus jamais à personne, pas même à sa mère."""

VIETNAMESE = """Hà Nội là thủ đô của nước Việt Nam. Mùa thu năm ấy, những con tàu chở hàng rời bến cảng Hải Phòng
lúc bình minh, mang theo gạo, cà phê và nhiều giấy chứng nhận đã được đóng dấu đỏ. Người thuyền trưởng đứng lặng
nhìn ra biển, nhớ ngôi nhà nhỏ bên bờ sông, nơi mẹ già vẫn đợi thư mỗi tháng. Buổi chiều, trời đổ mưa rất to,
nhưng không ai muốn quay về trước khi trời tối."""


@dataclass(frozen=True)
class Scan:
    """A page image; `width` and `height` are its size in points, `words` what a reader must find, in order."""

    image: Image.Image
    width: float
    height: float
    words: list[str]

    def worn(self, *, tilt: float = 0.0, blur: float = 0.0, noise: float = 0.0, seed: int = 7) -> "Scan":
        """The same page tilted (degrees, anticlockwise), blurred (pixels) and with grain (grey levels)."""
        image = self.image
        if tilt:
            image = image.rotate(tilt, resample=Image.Resampling.BICUBIC, fillcolor=255)
        if blur:
            image = image.filter(ImageFilter.GaussianBlur(blur))
        if noise:
            image = _grained(image, noise, seed)
        return replace(self, image=image)

    def turned(self, degrees: Literal[90, 180, 270]) -> "Scan":
        """The page laid wrongly on the glass, turned clockwise."""
        turned = self.image.rotate(-degrees, expand=True)
        width, height = (self.width, self.height) if degrees == 180 else (self.height, self.width)
        return replace(self, image=turned, width=width, height=height)

    def encoded(self, kind: Literal["png", "jpeg", "tiff", "webp"], **options: Any) -> bytes:
        """The image as a file of this kind."""
        file = io.BytesIO()
        self.image.save(file, kind, **options)
        return file.getvalue()

    def through(self, kind: Literal["png", "jpeg", "tiff", "webp"], **options: Any) -> "Scan":
        """The page after a trip through a file of this kind, with what that costs."""
        with Image.open(io.BytesIO(self.encoded(kind, **options))) as image:
            return replace(self, image=image.convert("L"))


def scan(html: str, *, dpi: int = 200, size: tuple[float, float] = A4, points: float = 11.0) -> Scan:
    """The HTML laid out on one page and rendered in grey. Raises ValueError when it does not fit."""
    document = typed(html, size=size, points=points)
    return Scan(_rendered(document, dpi), *size, words_of(document))


def columns(left: str, right: str, *, title: str, dpi: int = 200, points: float = 10.0) -> Scan:
    """A page with a title over two columns; its words are the title's, the left column's, the right column's."""
    width, height = A4
    middle = width / 2
    document = cast(Any, pymupdf.open())
    page = document.new_page(width=width, height=height)
    _fill(page, (56, 56, width - 56, 110), f"<h2>{title}</h2>", points)
    _fill(page, (56, 120, middle - 14, height - 56), left, points)
    _fill(page, (middle + 14, 120, width - 56, height - 56), right, points)
    texts = (title, left, right)
    return Scan(_rendered(document, dpi), width, height, [word for text in texts for word in _plain(text)])


def typed(html: str, *, size: tuple[float, float] = A4, points: float = 11.0) -> Any:
    """A PyMuPDF document of one page with this HTML on it."""
    document = cast(Any, pymupdf.open())
    page = document.new_page(width=size[0], height=size[1])
    _fill(page, (56, 56, size[0] - 56, size[1] - 56), html, points)
    return document


def words_of(document: Any) -> list[str]:
    """The words of a PyMuPDF document in the order in which they were laid out."""
    return [word for page in document for word in str(page.get_text()).split()]


def read_share(known: list[str], text: str) -> float:
    """Which share of the known words, 0..1, is in the text in order (a common subsequence; NFKC, case folded)."""
    wanted, found = [_folded(word) for word in known], [_folded(word) for word in text.split()]
    blocks = SequenceMatcher(None, wanted, found, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(wanted)


def paragraphs(*texts: str) -> str:
    """The texts as HTML paragraphs."""
    return "".join(f"<p>{text}</p>" for text in texts)


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()


def _plain(html: str) -> list[str]:
    return html.replace("<p>", " ").replace("</p>", " ").split()


def _fill(page: Any, box: tuple[float, float, float, float], html: str, points: float) -> None:
    spare, _ = page.insert_htmlbox(
        pymupdf.Rect(*box), html, css=f"body {{font-size: {points}pt}}", scale_low=1
    )
    if spare < 0:
        raise ValueError("the text does not fit on the page")


def _rendered(document: Any, dpi: int) -> Image.Image:
    pixmap = document[0].get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY)
    return Image.frombytes("L", (pixmap.width, pixmap.height), pixmap.samples)


def _grained(image: Image.Image, noise: float, seed: int) -> Image.Image:
    grain = random.Random(seed).randbytes(image.width * image.height)
    layer = Image.frombytes("L", image.size, grain).filter(ImageFilter.GaussianBlur(0.6))
    return Image.blend(image, layer, min(0.5, noise / 128))
