"""One uploaded image to the glyphs that the model reads: done in a thread, or in a process of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuzushiji.errors import KuzushijiError
from kuzushiji.images.reasons import Reason
from kuzushiji.web.guard.limits import ApiError, Limits
from kuzushiji.web.options import Options
from kuzushiji.web.pictures import Box, crop, decode, glyph_of, work


@dataclass
class Prepared:
    """One glyph to read, in several framings, or why there is none.

    Attributes:
        file: the name that it was sent under.
        box: where on the page, if it is of one.
        glyphs: uint8 (framings, size, size), white ink on black.
        faults: what is wrong with the picture.
        error: why there is no glyph.
    """

    file: str
    box: Box | None
    glyphs: np.ndarray | None = None
    faults: tuple[Reason, ...] = ()
    error: ApiError | None = None


def prepare(name: str, data: bytes, options: Options, size: int, limits: Limits) -> list[Prepared]:
    """Decodes an image, cuts its boxes and normalises each; what fails is reported in its place.

    Raises:
        OSError: this process is out of open files or memory.
    """
    try:
        image = decode(data, limits)
    except ApiError as e:
        return [Prepared(name, None, error=e)]
    out = []
    for box in options.boxes or (None,):
        try:
            part = image if box is None else crop(image, box)
            out.append(Prepared(name, box, *glyph_of(part, size, options.invert, options.threshold)))
        except ApiError as e:
            out.append(Prepared(name, box, error=e))
        except KuzushijiError as e:
            out.append(Prepared(name, box, error=ApiError(422, str(e))))
    return out


def prepare_small(
    name: str, data: bytes, options: Options, size: int, limits: Limits
) -> list[Prepared] | None:
    """As :func:`prepare`, for an image within ``limits.small_pixels``; None for a larger one."""
    try:
        if work(data, limits) > limits.small_pixels:
            return None
    except ApiError as e:
        return [Prepared(name, None, error=e)]
    return prepare(name, data, options, size, limits)
