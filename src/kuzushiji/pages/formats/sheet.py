"""A page with its picture, as the formats take it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from kuzushiji.errors import UsageError

if TYPE_CHECKING:
    import numpy as np

    from kuzushiji.pages.result import Page


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A page to write.

    Attributes:
        page: what was read; without an error.
        picture: the upright page, uint8 (h, w) or (h, w, 3), RGB; None for formats without pictures.
    """

    page: Page
    picture: np.ndarray | None = None

    @property
    def title(self) -> str:
        """The file's name, with the number of a page after the first."""
        name = self.page.file.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
        return name if self.page.page == 1 else f"{name} {self.page.page}"


class Jpeg(NamedTuple):
    """A compressed picture, its width and height in pixels, and its channels (1 or 3)."""

    data: bytes
    width: int
    height: int
    channels: int


def jpeg(sheet: Sheet, longest: int, quality: int) -> Jpeg:
    """The picture of a sheet as JPEG.

    Args:
        sheet: with a picture.
        longest: pixels of the longer side at most; a larger picture is made smaller.
        quality: of JPEG, 1 to 95.

    Raises:
        UsageError: there is no picture.
    """
    from io import BytesIO

    from PIL import Image

    if sheet.picture is None:
        raise UsageError(f"{sheet.page.file}: this format needs the picture of the page")
    image = Image.fromarray(sheet.picture)
    if max(image.size) > longest:
        image.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=2.0)
    stream = BytesIO()
    image.save(stream, "JPEG", quality=quality, optimize=True)
    return Jpeg(stream.getvalue(), *image.size, channels=1 if image.mode == "L" else 3)
