"""Files of several pages, page by page: PDF, TIFF, animated WebP and GIF, tar shards."""

from __future__ import annotations

import io
import os
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Any

from kuzushiji.bulk.sources import kinds
from kuzushiji.bulk.sources.item import Item, Nowhere, Origin, Unusable
from kuzushiji.bulk.sources.kinds import Kind
from kuzushiji.bulk.sources.origins import File, Member, Remote
from kuzushiji.errors import KuzushijiError, need

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

MAX_FRAMES = 10_000
"""Most frames of one picture file. A decoder reaches a frame of an animation through all before it."""
_PDFIUM = threading.Lock()  # the library may be in one thread at a time


def counted(item: Item, kind: Kind, dpi: int) -> Iterator[Item]:
    """The pages of a file, each as an item; a file that cannot be opened stays one item, with the reason."""
    if kind is Kind.PDF:
        pages: Iterator[Item] = _pdf_pages(item, dpi)
    elif kind is Kind.FRAMES:
        pages = _frames(item)
    elif kind is Kind.TAR:
        pages = _members(item)
    else:
        yield item
        return
    try:
        yield from pages
    except KuzushijiError as e:
        yield Item(item.name, Nowhere(), Unusable(str(e)))


@dataclass(frozen=True, slots=True)
class Frame:
    """One page of a TIFF, or one frame of an animation."""

    number: int

    def open(self, origin: Origin) -> np.ndarray:
        """The frame, upright: uint8 (h, w) or (h, w, 3)."""
        from kuzushiji.images.read import read_picture

        try:
            with _image(origin) as image:
                image.seek(self.number)
                return read_picture(image, f"its frame {self.number + 1}")
        except KuzushijiError:
            raise
        except Exception as e:
            raise KuzushijiError(f"its frame {self.number + 1} cannot be opened ({_words(e)})") from None


@dataclass(frozen=True, slots=True)
class PdfPage:
    """One page of a PDF, drawn at so many dots per inch."""

    number: int
    dpi: int

    def open(self, origin: Origin) -> np.ndarray:
        """The page: uint8 (h, w, 3), RGB."""
        import numpy as np

        from kuzushiji.images.read import MAX_PIXELS, MAX_SIDE

        with _PDFIUM, _Pdf(origin) as pdf:
            try:
                page = pdf[self.number]
                width, height = (side * self.dpi / 72 for side in page.get_size())
                if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
                    size = f"{width:.0f}x{height:.0f} pixels at {self.dpi} dpi"
                    raise KuzushijiError(f"its page {self.number + 1} has {size}; lower --dpi")
                drawn = page.render(scale=self.dpi / 72, rev_byteorder=True, may_draw_forms=False)
                return np.array(drawn.to_numpy()[..., :3])
            except KuzushijiError:
                raise
            except Exception as e:
                raise KuzushijiError(f"its page {self.number + 1} cannot be drawn ({_words(e)})") from None


class _Pdf:
    """An open document, closed with the block."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._pdf: Any = None

    def __enter__(self) -> Any:
        pdfium = need("pypdfium2", extra="bulk")
        try:
            self._pdf = pdfium.PdfDocument(self._origin.path() or self._origin.data())
        except FileNotFoundError:
            raise KuzushijiError("there is no such file") from None
        except pdfium.PdfiumError as e:
            locked = "password" in str(e).lower()
            reason = "it is protected by a password" if locked else "not a PDF, or a damaged one"
            raise KuzushijiError(reason) from None
        return self._pdf

    def __exit__(self, *raised: object) -> None:
        self._pdf.close()


def _pdf_pages(item: Item, dpi: int) -> Iterator[Item]:
    with _PDFIUM, _Pdf(item.origin) as pdf:
        count = len(pdf)
    if not count:
        raise KuzushijiError("this PDF has no pages")
    for number in range(count):
        yield replace(item, view=PdfPage(number, dpi), page=number + 1, pages=count)


def _frames(item: Item) -> Iterator[Item]:
    path = item.origin.path()
    if path is not None and not os.path.isfile(path):  # a pipe would wait for its writer
        yield item
        return
    try:
        with _image(item.origin) as image:
            count = int(getattr(image, "n_frames", 1))
    except Exception:  # the one picture that it may be is reported where it is read
        count = 1
    if count > MAX_FRAMES:
        raise KuzushijiError(f"it has {count:,} frames; at most {MAX_FRAMES:,} are read")
    for number in range(count):
        yield replace(item, view=Frame(number), page=number + 1, pages=count) if count > 1 else item


def _image(origin: Origin) -> Image.Image:
    from PIL import Image

    from kuzushiji.images.read import FORMATS

    Image.init()
    source = origin.path() or io.BytesIO(origin.data())
    return Image.open(source, formats=[name for name in FORMATS if name in Image.OPEN])


def _members(item: Item) -> Iterator[Item]:
    """The pictures of a shard, in its order, as webdataset lays them out."""
    archive = item.origin
    assert isinstance(archive, Remote) or archive.path() is not None
    empty = True
    try:
        with _stream(archive) as stream, tarfile.open(fileobj=stream, mode="r:") as tar:
            for member in tar:
                tar.members = []  # type: ignore[attr-defined]  # or it remembers all of them
                hidden = os.path.basename(member.name).startswith(".")
                kind = kinds.by_name(member.name)
                if member.isfile() and not hidden and kind in (Kind.PICTURE, Kind.FRAMES):
                    empty = False
                    inside = Member(archive, member.offset_data, member.size)  # type: ignore[arg-type]
                    yield from counted(Item(f"{item.name}/{member.name}", inside), kind, 0)
    except tarfile.ReadError:
        raise KuzushijiError("not a tar archive, or a compressed or damaged one") from None
    except OSError as e:
        raise KuzushijiError(e.strerror or _words(e)) from None
    if empty:
        raise KuzushijiError("no images in this archive")


def _stream(archive: Origin) -> IO[bytes]:
    if isinstance(archive, Remote):
        from kuzushiji.bulk.sources.remote import opened

        return opened(archive.address)
    path = archive.path()
    assert path is not None
    return File(path).stream()


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
