"""From the bytes that a request brings to the glyphs that the model sees."""

from __future__ import annotations

import base64
import io
import math
import re
from dataclasses import dataclass

import numpy as np
from PIL import Image

from kuzushiji.errors import KuzushijiError
from kuzushiji.images import framings, read_image, read_picture
from kuzushiji.images.glyph import SLACKS
from kuzushiji.images.ink import is_light_on_dark, tones
from kuzushiji.reading.decide import faults_of
from kuzushiji.web.limits import ApiError, Limits

#: What is decoded; Pillow knows more formats, but some of them start other programs or are rarely exercised.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
_NUMBER = r"[+-]?\d{1,7}(?:\.\d{1,6})?"
_BOX = re.compile(rf"{_NUMBER}(?:,{_NUMBER}){{3,4}}", re.ASCII)
_LARGEST_CROP = 1024
_RAMP = 48.0


@dataclass(frozen=True)
class Box:
    """A rectangle around one character on a page.

    Attributes:
        x: left edge in pixels of the upright image, before turning.
        y: top edge.
        width: in pixels, at least 1.
        height: in pixels, at least 1.
        angle: degrees clockwise by which the rectangle is turned about its centre.
    """

    x: float
    y: float
    width: float
    height: float
    angle: float = 0.0

    def to_json(self) -> dict[str, float]:
        """The box as the API gives it back."""
        return {"x": self.x, "y": self.y, "width": self.width, "height": self.height, "angle": self.angle}


def parse_box(text: str) -> Box:
    """Reads ``x,y,width,height`` or ``x,y,width,height,angle``.

    Raises:
        ApiError: 422, it is something else or has no area.

    >>> parse_box("10,20,30,40,-15").angle
    -15.0
    """
    if not _BOX.fullmatch(text):
        raise ApiError(422, "box must be x,y,width,height or x,y,width,height,angle in plain numbers")
    box = Box(*(float(part) for part in text.split(",")))
    if box.width < 1 or box.height < 1:
        raise ApiError(422, "box must be at least 1 pixel wide and high")
    return box


def decode(data: bytes, limits: Limits) -> np.ndarray:
    """Decodes an image, its size checked before anything is unpacked.

    Args:
        data: the file.
        limits: how many pixels it may have.

    Returns:
        uint8 (h, w), grey, or (h, w, 3), RGB; upright.

    Raises:
        ApiError: 415 no image of a known format, 413 too many pixels, 422 damaged.
    """
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as header:
            width, height = header.size
    except Image.DecompressionBombError:
        raise _too_many(limits) from None
    except Exception:
        raise ApiError(415, f"not an image in a format that is read here ({', '.join(FORMATS)})") from None
    if width * height > limits.pixels:
        raise _too_many(limits)
    try:
        return read_picture(data, name="the image")
    except KuzushijiError as e:
        raise ApiError(422, str(e)) from None


def _too_many(limits: Limits) -> ApiError:
    return ApiError(
        413, f"the image has more than {limits.pixels / 1e6:g} million pixels; send a smaller one"
    )


def crop(image: np.ndarray, box: Box) -> np.ndarray:
    """Cuts a box, turned upright, out of a page.

    What lies outside the page repeats its edge, so that a box over the margin brings no false ink.

    Args:
        image: uint8 (h, w), grey, or (h, w, 3), RGB.
        box: where; it must touch the image.

    Returns:
        uint8 of as many channels (about height, width of the box; the longer side at most 1024).

    Raises:
        ApiError: 422, the box lies outside the image.

    >>> crop(np.full((20, 30), 7, np.uint8), Box(4, 4, 10, 6, 30)).shape
    (6, 10)
    """
    h, w = image.shape[:2]
    cx, cy = box.x + box.width / 2, box.y + box.height / 2
    cos, sin = math.cos(math.radians(box.angle)), math.sin(math.radians(box.angle))
    half_w = (abs(box.width * cos) + abs(box.height * sin)) / 2
    half_h = (abs(box.width * sin) + abs(box.height * cos)) / 2
    left, top = math.floor(cx - half_w) - 1, math.floor(cy - half_h) - 1
    right, bottom = math.ceil(cx + half_w) + 1, math.ceil(cy + half_h) + 1
    if right <= 0 or bottom <= 0 or left >= w or top >= h:
        raise ApiError(
            422, f"the box {box.x:g},{box.y:g},{box.width:g},{box.height:g} lies outside the image"
        )
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, w), min(bottom, h)
    part = np.ascontiguousarray(image[top:bottom, left:right])
    # Shrinking before turning keeps thin strokes (bilinear sampling alone would skip pixels).
    scale = min(1.0, _LARGEST_CROP / max(box.width, box.height))
    if scale < 1:
        size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
        part = np.asarray(Image.fromarray(part).resize(size, Image.Resampling.BOX))
    out_w, out_h = max(1, round(box.width * scale)), max(1, round(box.height * scale))
    u = (np.arange(out_w, dtype=np.float32) + 0.5 - out_w / 2)[None, :]
    v = (np.arange(out_h, dtype=np.float32) + 0.5 - out_h / 2)[:, None]
    x = (cx - left) * scale + u * cos - v * sin - 0.5
    y = (cy - top) * scale + u * sin + v * cos - 0.5
    return _sample(part, x, y)


def _sample(image: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Bilinear interpolation at (x, y), the edge repeated."""
    h, w = image.shape[:2]
    x, y = np.clip(x, 0, w - 1), np.clip(y, 0, h - 1)
    x0, y0 = x.astype(np.int32), y.astype(np.int32)
    x1, y1 = np.minimum(x0 + 1, w - 1), np.minimum(y0 + 1, h - 1)
    fx, fy = ((at - before).reshape(at.shape + (1,) * (image.ndim - 2)) for at, before in ((x, x0), (y, y0)))
    above = image[y0, x0] * (1 - fx) + image[y0, x1] * fx
    below = image[y1, x0] * (1 - fx) + image[y1, x1] * fx
    return (above * (1 - fy) + below * fy + 0.5).astype(np.uint8)


def glyph_of(
    image: np.ndarray, size: int, invert: bool = False, threshold: int | None = None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """The normalised glyph of one cropped character, in several framings, with what the sender corrected.

    Args:
        image: uint8 (h, w), grey, or (h, w, 3), RGB.
        size: the side of the glyph.
        invert: take for ink what is paper by the automatic choice.
        threshold: grey level 1..254 that parts ink from paper; None finds it.

    Returns:
        uint8 (3, size, size), white ink on black, see `kuzushiji.images.framings`; where there is one framing
        it is repeated, so that all pictures can be read in one batch. And what is wrong with the picture, if
        anything, in words.
    """
    image = read_image(image)
    if threshold is not None:
        # A short ramp, not a step: edges stay smooth, as in the images that the model learnt from.
        ramp = (image.astype(np.float32) - (threshold - _RAMP / 2)) / _RAMP
        image = (np.clip(ramp, 0, 1) * 255).astype(np.uint8)
    if invert:
        image = _swapped(image)
    glyphs, quality = framings(image, size)
    return np.broadcast_to(glyphs, (len(SLACKS), size, size)), faults_of(quality)


def _swapped(image: np.ndarray) -> np.ndarray:
    """Turns ink and paper round, in a frame of paper, by which the automatic choice then goes."""
    if not is_light_on_dark(image, tones(image).threshold):
        image = 255 - image
    paper = int(np.percentile(image, 95))
    return np.pad(image, max(4, round(0.06 * max(image.shape))), constant_values=paper)


def png_data(glyph: np.ndarray) -> str:
    """A glyph as a ``data:`` address of a PNG, some 1 to 2 KB."""
    buffer = io.BytesIO()
    Image.fromarray(glyph).save(buffer, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
