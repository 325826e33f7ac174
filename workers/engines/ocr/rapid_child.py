"""The child's side of RapidOCR: finds and reads lines of text in pixels. Needs no network, ever."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
import onnxruntime
import rapidocr
from numpy.typing import NDArray

from service.domain.json import JsonObject
from workers.engines.failures import DocumentRefused

Image: TypeAlias = NDArray[np.uint8]
Quads: TypeAlias = NDArray[np.float32]

_MODELS = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Cls": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
}
# Lines are found in a copy of 1.5 pixels a point, which misses nothing at 7 points and takes a third of the time;
# they are then read in the full pixels.
_FINDING_PIXELS_PER_POINT = 1.52
_FINDING_SIDES = (736, 2048)
# A word alone on a large sheet is found only in a small copy.
_FEW_LINES = 3
_LEAST_CONFIDENCE = 0.5
_SURE_SHARE = 0.2
_TRIAL_LINES = 4


def serve(threads: int) -> Callable[[JsonObject, bytes], JsonObject]:
    """Loads the models; the function returned reads one page image.

    Call: {"width", "height", "channels"} of the raw samples, and "page_side", the page's longer side in points.
    Answer: {"lines": [[text, confidence, [x0, y0, … x3, y3]], …]}, corners in pixels from the text's own top left,
    clockwise as read, in no special order. Raises DocumentRefused("ocr_image_unreadable").
    """
    # Nothing leaves this machine.
    onnxruntime.disable_telemetry_events()
    reader = _Reader(threads)

    def read(call: JsonObject, samples: bytes) -> JsonObject:
        return {"lines": reader.lines(_image(call, samples), float(call["page_side"]))}

    return read


class _Reader:
    def __init__(self, threads: int) -> None:
        self._engine: Any = rapidocr.RapidOCR(params=_parameters(threads))
        blank = np.full((64, 256, 3), 255, np.uint8)
        # Loads all three models now, so that a missing one is noticed at the start.
        self._find(blank, 736)
        self._upside_down_votes([blank])
        self._read([blank])

    def lines(self, image: Image, page_side: float) -> list[Any]:
        quads = self._find_all(image, page_side)
        if not len(quads):
            return []
        quads = _along_the_text(quads)
        crops = [_crop(image, quad) for quad in quads]
        if self._is_upside_down(crops):
            quads = np.roll(quads, -2, axis=1)
            crops = [_crop(image, quad) for quad in quads]
        return [
            [text, round(confidence, 3), [round(float(value), 1) for value in quad.ravel()]]
            for (text, confidence), quad in zip(self._read(crops), quads, strict=True)
            if text.strip() and confidence >= _LEAST_CONFIDENCE
        ]

    def _find_all(self, image: Image, page_side: float) -> Quads:
        least, most = _FINDING_SIDES
        side = int(min(most, max(least, page_side * _FINDING_PIXELS_PER_POINT)))
        quads = self._find(image, side)
        if len(quads) < _FEW_LINES and side > least:
            quads = max(quads, self._find(image, least), key=len)
        return quads

    def _find(self, image: Image, side: int) -> Quads:
        """The corners of each line as shown: top left, top right, bottom right, bottom left."""
        if self._engine.text_det is not None:
            self._engine.text_det.limit_side_len = side
        boxes = self._engine(image, use_det=True, use_cls=False, use_rec=False).boxes
        return np.zeros((0, 4, 2), np.float32) if boxes is None else np.asarray(boxes, np.float32)

    def _is_upside_down(self, crops: list[Image]) -> bool:
        """A vote of the classifier over all lines (a single one errs often); in doubt, reading a few decides."""
        votes = self._upside_down_votes(crops)
        if sum(votes) <= _SURE_SHARE * len(votes):
            return False
        longest = sorted(crops, key=lambda crop: crop.shape[1], reverse=True)[:_TRIAL_LINES]
        flipped = [np.ascontiguousarray(np.rot90(crop, 2)) for crop in longest]
        upright_score, flipped_score = (sum(score for _, score in self._read(x)) for x in (longest, flipped))
        return flipped_score > upright_score

    def _upside_down_votes(self, crops: list[Image]) -> list[bool]:
        # The classifier looks at 4:1; a long line squeezed into that can't be recognised.
        heads = [crop[:, : 4 * crop.shape[0]] for crop in crops]
        _, found = self._engine.cls_and_rotate(heads)
        return [label == "180" for label, _ in found.cls_res]

    def _read(self, crops: list[Image]) -> list[tuple[str, float]]:
        found = self._engine.recognize_txt(crops)
        return [(str(text), float(score)) for text, score in zip(found.txts, found.scores, strict=True)]


def _parameters(threads: int) -> dict[str, Any]:
    folder = Path(rapidocr.__file__).parent / "models"
    return {
        "Global.log_level": "error",
        "Global.max_side_len": 10_000,
        "EngineConfig.onnxruntime.intra_op_num_threads": threads,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        "Det.limit_type": "max",
        # Lines differ in length: a batch is padded to its longest and costs more than one by one.
        "Rec.rec_batch_num": 1,
        # By path, since without one a damaged or missing model would be downloaded.
        **{f"{part}.model_path": str(folder / name) for part, name in _MODELS.items()},
    }


def _image(call: JsonObject, samples: bytes) -> Image:
    width, height, channels = int(call["width"]), int(call["height"]), int(call["channels"])
    if min(width, height) < 1 or channels not in (1, 3) or len(samples) != width * height * channels:
        raise DocumentRefused("ocr_image_unreadable")
    raw = np.frombuffer(samples, np.uint8).reshape(height, width, channels)
    turn_to = cv2.COLOR_RGB2BGR if channels == 3 else cv2.COLOR_GRAY2BGR
    return np.asarray(cv2.cvtColor(raw, turn_to), np.uint8)


def _along_the_text(quads: Quads) -> Quads:
    """Corners in the order of reading: where text runs down or up the page, the first side is the long one."""
    across = np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1)
    down = np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1)
    height = float(np.median(np.minimum(across, down)))
    upright = (down >= 2 * across) & (down >= 2.5 * height)
    if down[upright].sum() > across[~upright].sum():
        # The page lies on its side: turned clockwise, or the upside-down vote finds it turned the other way.
        return np.roll(quads, -1, axis=1)
    # A line along the margin, most often read from bottom to top.
    quads[upright] = np.roll(quads[upright], 1, axis=1)
    return quads


def _crop(image: Image, quad: NDArray[np.float32]) -> Image:
    width = max(1, int(max(np.linalg.norm(quad[0] - quad[1]), np.linalg.norm(quad[3] - quad[2]))))
    height = max(1, int(max(np.linalg.norm(quad[0] - quad[3]), np.linalg.norm(quad[1] - quad[2]))))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    straighten = cv2.getPerspectiveTransform(quad, corners)
    line = cv2.warpPerspective(
        image, straighten, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(line, np.uint8)
