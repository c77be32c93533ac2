"""Any picture to an upright array, grey or in colour: the door through which pictures enter the package."""

from __future__ import annotations

import errno
import io
import os
import stat
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from kuzushiji.errors import ErrorCode, KuzushijiError, exhausted
from kuzushiji.images.budget import TooCostlyError, check_tags, passes
from kuzushiji.images.paper.colour import to_grey
from kuzushiji.images.paper.strips import strips

Source = str | os.PathLike[str] | bytes | bytearray | memoryview | np.ndarray | Image.Image

MAX_BYTES = 200 * 2**20
"""Largest file that is opened, in bytes."""
MAX_PIXELS = 64_000_000
"""Largest picture that is decoded, in pixels (a 600 dpi scan of an A4 page has 35 million)."""
MAX_SIDE = 30_000
"""Longest side that is decoded, in pixels."""
FORMATS = ("PNG", "JPEG", "MPO", "TIFF", "WEBP", "BMP", "GIF", "PPM", "AVIF", "JPEG2000")
"""Pillow formats that may be decoded. The list keeps out formats that start other programs (EPS)."""

# Pillow warns of large pictures, and ours are refused below. It is silenced for good: catching it around each
# picture would not be safe in threads. What Pillow warns of in a damaged file ends in an error or no harm.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

_ORIENTATION = 274  # the EXIF tag
_WHITES = (255, 4095, 65535)  # of 8, 12 and 16 bits: scanners keep 12 in the lower end of 16
_CONTAINERS_WITH_EXIF = ("TIFF", "WEBP", "AVIF", "MPO")


def read_image(source: Source, name: str | None = None) -> np.ndarray:
    """Reads a picture as grey values, upright.

    Colour becomes luma, coloured marks beside black ink become paper (`kuzushiji.images.paper.colour`).

    Args:
        source: see :func:`read_picture`.
        name: see :func:`read_picture`.

    Returns:
        uint8 array (h, w), 0 black to 255 white; it may share memory with an array that was given.

    Raises:
        KuzushijiError: see :func:`read_picture`.

    >>> read_image(np.array([[0.0, 1.0]]))
    array([[  0, 255]], dtype=uint8)
    """
    return to_grey(read_picture(source, name))


def read_picture(source: Source, name: str | None = None) -> np.ndarray:
    """Reads a picture, upright, in colour if it has any: for parts of a page, each to become grey by itself.

    Transparency is laid on white (on black where everything visible is near white, so that white ink on
    nothing survives) and makes the picture grey; 12-bit and 16-bit values are scaled to 8 bits, EXIF rotation
    is applied, and of several frames or pages the first is taken.

    Args:
        source: path, encoded file as bytes, Pillow image, or array (h, w), (h, w, 1), (h, w, 3), (h, w, 4):
            bool, uint8, uint16, another integer type holding such values, or float in [0, 1] or [0, 255].
        name: how an error calls the picture; its path where it has one.

    Returns:
        uint8 array (h, w), 0 black to 255 white, or (h, w, 3), RGB; it may share memory with an array that
        was given.

    Raises:
        KuzushijiError: not a picture, damaged, empty, or larger than this module's limits or those of
            `kuzushiji.images.budget`.
        OSError: this process is out of memory or open files.

    >>> read_picture(np.zeros((2, 1, 4))).tolist()  # nothing visible: paper
    [[255], [255]]
    """
    if isinstance(source, np.ndarray):
        return _from_array(source, name or "the array")
    if isinstance(source, Image.Image):
        name = name or getattr(source, "filename", "") or "the Pillow image"
        return _from_pillow(source, name)
    if isinstance(source, bytes | bytearray | memoryview):
        name, data = name or "the given bytes", bytes(source)
    else:
        name = name or os.fspath(source)
        data = _file_bytes(Path(source), name)
    if not data:
        raise KuzushijiError(f"not an image: {name} is empty (0 bytes)", ErrorCode.NOT_AN_IMAGE)
    if len(data) > MAX_BYTES:
        raise KuzushijiError(
            f"too large: {name} has over {MAX_BYTES >> 20} MB; crop the character first", ErrorCode.TOO_LARGE
        )
    try:
        passes(data)
        image = Image.open(io.BytesIO(data), formats=_decoders(data))
    except TooCostlyError as e:
        raise KuzushijiError(f"too costly: {name}: {e}", ErrorCode.TOO_COSTLY) from None
    except Image.DecompressionBombError:
        raise _too_many_pixels(name) from None
    except Image.UnidentifiedImageError:
        raise KuzushijiError(
            f"not an image: {name} ({_what(data)}); give PNG, JPEG, TIFF, WebP, BMP or GIF",
            ErrorCode.NOT_AN_IMAGE,
        ) from None
    except Exception as e:
        _unless_exhausted(e, name)
        raise KuzushijiError(f"not an image: {name} ({_one_line(e)})", ErrorCode.NOT_AN_IMAGE) from None
    return _from_pillow(image, name)


def _unless_exhausted(error: Exception, name: str) -> None:
    """Blames the machine, not the picture, where files or memory ran out."""
    if exhausted(error):
        code = getattr(error, "errno", errno.ENOMEM)
        raise OSError(code, os.strerror(code), name) from None


def _decoders(data: bytes) -> list[str]:
    """Names of the decoders that may try; all of Pillow's plug-ins are loaded only for the rarer formats."""
    Image.preinit()
    if not data.startswith((b"\x89PNG", b"\xff\xd8\xff")):
        Image.init()
    return [name for name in FORMATS if name in Image.OPEN]


def _file_bytes(path: Path, name: str) -> bytes:
    try:
        status = path.stat()  # before it is opened: a pipe would wait for its writer
        if stat.S_ISDIR(status.st_mode):
            raise KuzushijiError(f"not an image: {name} is a folder", ErrorCode.FOLDER)
        if not stat.S_ISREG(status.st_mode):
            raise KuzushijiError(f"not an image: {name} is not a plain file", ErrorCode.NOT_AN_IMAGE)
        with open(path, "rb") as file:
            return file.read(min(status.st_size, MAX_BYTES) + 1)
    except (OSError, ValueError) as e:
        _unless_exhausted(e, name)
        reason = getattr(e, "strerror", None) or _one_line(e)
        raise KuzushijiError(f"cannot open {name}: {reason}", ErrorCode.CANNOT_OPEN) from None


def _from_pillow(image: Image.Image, name: str) -> np.ndarray:
    width, height = image.size
    if width * height == 0:
        raise KuzushijiError(f"not an image: {name} has no pixels ({width}x{height})", ErrorCode.NOT_AN_IMAGE)
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise _too_many_pixels(name, f" ({width}x{height})")
    try:
        picture = _pixels(image)
    except Exception as e:
        _unless_exhausted(e, name)
        raise KuzushijiError(f"not an image: {name} is damaged ({_one_line(e)})", ErrorCode.DAMAGED) from None
    turn = _orientation(image)
    return picture if turn == 1 else np.ascontiguousarray(_turn(picture, turn))


def _pixels(image: Image.Image) -> np.ndarray:
    mode = image.mode
    if mode == "L" and "transparency" not in image.info:
        return np.asarray(image)
    if mode in ("I", "F") or mode.startswith("I;"):
        return _scale(np.asarray(image))
    if "A" in image.getbands() or "transparency" in image.info or mode in ("PA", "La", "RGBa"):
        return _on_paper(image.convert("L") if mode == "1" else image)
    pixels = np.empty((image.height, image.width, *([3] if mode != "1" else [])), np.uint8)
    for rows, part in _parts(image, "RGB" if mode != "1" else "L"):
        pixels[rows] = np.asarray(part)
    return pixels


def _parts(image: Image.Image, mode: str) -> Iterator[tuple[slice, Image.Image]]:
    """Rows of a picture in another mode, some at a time: at once it would be held three times."""
    image.load()
    for rows in strips(np.broadcast_to(np.uint8(0), (image.height, image.width))):
        box = (0, rows.start, image.width, min(rows.stop, image.height))
        part = image if box == (0, 0, *image.size) else image.crop(box)
        yield rows, part if part.mode == mode else part.convert(mode)


def _on_paper(image: Image.Image) -> np.ndarray:
    """Lays it on white, or on black where what is visible is near white; an opaque one keeps its colour."""
    alpha = np.empty((image.height, image.width), np.uint8)
    luma = np.empty_like(alpha)
    for rows, part in _parts(image, "RGBA"):
        alpha[rows] = np.asarray(part.getchannel("A"))
        luma[rows] = np.asarray(part.convert("L"))
    if alpha.min() == 255:
        colour = np.empty((*alpha.shape, 3), np.uint8)
        for rows, part in _parts(image, "RGBA"):
            colour[rows] = np.asarray(part.convert("RGB"))
        return colour
    darkest = luma.min(where=alpha > 64, initial=255)
    nothing_visible = alpha.max() <= 64
    paper = 0 if alpha.min() < 64 and not nothing_visible and darkest > 200 else 255
    laid = np.empty_like(luma)
    for rows in strips(luma):
        share = alpha[rows].astype(np.uint16)
        laid[rows] = (luma[rows] * share + paper * (255 - share) + 127) // 255
    return laid


def _scale(values: np.ndarray) -> np.ndarray:
    """Maps wider integer or float values to 0..255.

    Floats up to 1 are shares. All else has the fewest bits of 8, 12 and 16 that hold its largest value: what
    the type could hold says little, since many a scanner and array keeps 8 or 12 bits in 16.
    """
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise ValueError("it holds values that are not finite")
    low, high = values.min(initial=0), values.max(initial=0)
    if low < 0 or high > 65535:
        raise ValueError(f"its values reach from {low:g} to {high:g}; 0 to 255 or 0 to 65535 is expected")
    shares = values.dtype.kind == "f" and high <= 1
    white = 1 if shares else next(white for white in _WHITES if high <= white)
    scaled = np.empty(values.shape, np.uint8)
    for rows in strips(values):
        scaled[rows] = np.rint(values[rows] * (255.0 / white))
    return scaled


def _from_array(array: np.ndarray, name: str) -> np.ndarray:
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    if array.size == 0:
        raise KuzushijiError(
            f"not an image: {name} has no pixels (shape {array.shape})", ErrorCode.NOT_AN_IMAGE
        )
    if array.ndim != 2 and not (array.ndim == 3 and array.shape[2] in (3, 4)):
        raise KuzushijiError(
            f"not an image: {name} has shape {array.shape}; give one picture, (h, w), (h, w, 3) or (h, w, 4)",
            ErrorCode.NOT_AN_IMAGE,
        )
    if array.shape[0] * array.shape[1] > MAX_PIXELS or max(array.shape) > MAX_SIDE:
        raise _too_many_pixels(name, f" ({array.shape[1]}x{array.shape[0]})")
    if array.dtype == bool:
        array = array.astype(np.uint8) * np.uint8(255)
    elif array.dtype.kind not in "uif":
        raise KuzushijiError(
            f"not an image: {name} has dtype {array.dtype}; numbers are expected", ErrorCode.NOT_AN_IMAGE
        )
    elif array.dtype != np.uint8:
        try:
            array = _scale(array)
        except ValueError as e:
            raise KuzushijiError(f"not an image: {name}: {_one_line(e)}", ErrorCode.NOT_AN_IMAGE) from None
    if array.ndim == 2:
        return array
    if array.shape[2] == 4:
        return _on_paper(Image.fromarray(np.ascontiguousarray(array)))
    return array


def _orientation(image: Image.Image) -> int:
    """What EXIF says of how the picture lies; 1, as it is, where that cannot be read."""
    try:
        exif = image.info.get("exif")
        if exif is None and "Raw profile type exif" in image.info:
            exif = bytes.fromhex("".join(image.info["Raw profile type exif"].split("\n")[3:]))
        if exif:
            check_tags(exif.removeprefix(b"Exif\0\0"))
        if exif or image.format in _CONTAINERS_WITH_EXIF:
            return int(image.getexif().get(_ORIENTATION, 1) or 1)
    except Exception as e:  # a picture is more than its metadata
        _unless_exhausted(e, "EXIF")
    return 1


def _turn(picture: np.ndarray, orientation: int) -> np.ndarray:
    """Undoes EXIF orientation 2..8 (Exif 2.32, tag 0x0112); other values change nothing."""
    if orientation in (5, 6, 7, 8):
        picture = picture.swapaxes(0, 1)
    flip_rows = orientation in (3, 4, 7, 8)
    flip_columns = orientation in (2, 3, 6, 7)
    return picture[:: -1 if flip_rows else 1, :: -1 if flip_columns else 1]


def _what(data: bytes) -> str:
    start = data[:512].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<svg")):
        return "it is an HTML, XML or SVG text"
    if start.startswith(b"%pdf"):
        return "it is a PDF"
    if data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        return "it is HEIC"
    return "unknown format"


def _too_many_pixels(name: str, size: str = "") -> KuzushijiError:
    limit = f"{MAX_PIXELS // 1_000_000} million pixels or {MAX_SIDE} on a side"
    return KuzushijiError(
        f"too large: {name}{size} has over {limit}; crop the character first", ErrorCode.TOO_LARGE
    )


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
