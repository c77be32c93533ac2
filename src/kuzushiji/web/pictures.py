"""From the bytes that a request brings to the glyphs that the model sees."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass

import numpy as np
from PIL import Image

from kuzushiji.errors import KuzushijiError, exhausted
from kuzushiji.images import Reason, cut, framings, read_image, read_picture
from kuzushiji.images.budget import TooCostlyError, passes
from kuzushiji.images.glyph import SLACKS
from kuzushiji.images.paper.ink import is_light_on_dark, tones
from kuzushiji.reading.decide import faults_of
from kuzushiji.web.guard.limits import ApiError, Limits

#: What is decoded; Pillow knows more formats, but some of them start other programs or are rarely exercised.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
_COSTLY = ("WEBP", "AVIF", "JPEG2000")
_NUMBER = r"[+-]?\d{1,7}(?:\.\d{1,6})?"
_BOX = re.compile(rf"{_NUMBER}(?:,{_NUMBER}){{3,4}}", re.ASCII)
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


def work(data: bytes, limits: Limits) -> int:
    """What an image will cost to decode, from its header and the marks of its parts.

    Args:
        data: the file.
        limits: how many pixels it may have.

    Returns:
        Its pixels, times the scans of a JPEG.

    Raises:
        ApiError: 415 no image of a known format, 413 too many pixels or far too much work.
        OSError: this process is out of open files or memory.
    """
    try:
        times = passes(data)
        with Image.open(io.BytesIO(data), formats=FORMATS) as header:
            width, height = header.size
            costly = header.format in _COSTLY
    except TooCostlyError as e:
        raise ApiError(413, f"the image is too costly to decode: {e}") from None
    except Image.DecompressionBombError:
        raise _too_many(limits.pixels) from None
    except Exception as e:
        if exhausted(e):
            raise
        raise ApiError(415, f"not an image in a format that is read here ({', '.join(FORMATS)})") from None
    most = limits.costly_pixels if costly else limits.pixels
    if width * height > most:
        raise _too_many(most)
    return width * height * times


def decode(data: bytes, limits: Limits) -> np.ndarray:
    """Decodes an image, its size and cost checked before anything is unpacked.

    Args:
        data: the file.
        limits: how many pixels it may have.

    Returns:
        uint8 (h, w), grey, or (h, w, 3), RGB; upright.

    Raises:
        ApiError: see :func:`work`; also 422 damaged.
        OSError: this process is out of open files or memory.
    """
    work(data, limits)
    try:
        return read_picture(data, name="the image")
    except KuzushijiError as e:
        raise ApiError(422, str(e)) from None


def _too_many(most: int) -> ApiError:
    return ApiError(
        413, f"the image has more than {most / 1e6:g} million pixels; send a smaller one, or a JPEG or PNG"
    )


def crop(image: np.ndarray, box: Box) -> np.ndarray:
    """Cuts a box, turned upright, out of a page (`kuzushiji.images.cut`).

    Raises:
        ApiError: 422, the box lies outside the image.

    >>> crop(np.full((20, 30), 7, np.uint8), Box(4, 4, 10, 6, 30)).shape
    (6, 10)
    """
    try:
        return cut(image, box.x, box.y, box.width, box.height, box.angle)
    except KuzushijiError as e:
        raise ApiError(422, str(e)) from None


def glyph_of(
    image: np.ndarray, size: int, invert: bool = False, threshold: int | None = None
) -> tuple[np.ndarray, tuple[Reason, ...]]:
    """The normalised glyph of one cropped character, in several framings, with what the sender corrected.

    Args:
        image: uint8 (h, w), grey, or (h, w, 3), RGB.
        size: the side of the glyph.
        invert: take for ink what is paper by the automatic choice.
        threshold: grey level 1..254 that parts ink from paper; None finds it.

    Returns:
        uint8 (3, size, size), white ink on black, see `kuzushiji.images.framings`; where there is one framing
        it is repeated, so that all pictures can be read in one batch. And what is wrong with the picture, if
        anything.
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
