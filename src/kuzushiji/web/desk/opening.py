"""Pictures of pages out of what a browser cannot open: PDF and TIFF files, and addresses.

The answer is one JSON object a line: ``{"page": 1, "name": …, "type": "image/jpeg", "image": base64}``, or
``{"name": …, "error": …}`` for a page that cannot be had. Pages are drawn one at a time, as they are sent.
"""

from __future__ import annotations

import base64
import io
import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from kuzushiji.errors import KuzushijiError
from kuzushiji.images import read_picture
from kuzushiji.web.bodies import read_body
from kuzushiji.web.desk.bodies import json_of
from kuzushiji.web.forms import FORM, Part, files_of, kind_of
from kuzushiji.web.guard.limits import ApiError, Limits

if TYPE_CHECKING:
    from kuzushiji.bulk import Item

SUFFIXES = (".pdf", ".tif", ".tiff", ".webp", ".gif", ".png", ".jpg", ".jpeg", ".bmp", ".jp2")
"""Suffixes that a temporary copy of an upload may keep."""
QUALITY = 92
"""Of the JPEG that a page becomes."""
NDJSON = "application/x-ndjson"


async def pictures(request: Request) -> Response:
    """``POST /api/pages/pictures``: the pages of the form's ``file``."""
    with ExitStack() as held:
        part = await _file(request, held)
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="kuzushiji-")))
        suffix = PurePath(part.name).suffix.lower()
        path = folder / f"file{suffix if suffix in SUFFIXES else ''}"
        path.write_bytes(part.data)
        lines = _lines(str(path), part.name, request.app.state.limits, held.pop_all())
    return StreamingResponse(lines, media_type=NDJSON)


async def address(request: Request) -> Response:
    """``POST /api/pages/address``: the pages of an image, a PDF or a IIIF manifest at ``{"address": …}``."""
    with ExitStack() as held:
        part = await _file(request, held)
        word = json_of(part.data, "file").get("address")
        if not isinstance(word, str) or not word.startswith(("http://", "https://")) or len(word) > 2000:
            raise ApiError(422, "address must begin with http:// or https://")
        if not request.app.state.local:
            raise ApiError(422, "this server fetches no addresses for other machines; open the file instead")
        lines = _lines(word, word, request.app.state.limits, held.pop_all())
    return StreamingResponse(lines, media_type=NDJSON)


async def _file(request: Request, held: ExitStack) -> Part:
    state = request.app.state
    held.enter_context(state.gate.request())
    body = await read_body(request, held.enter_context(state.gate.body()))
    if kind_of(request) != FORM:
        raise ApiError(415, "send the file as multipart/form-data")
    parts = await files_of(request, body, 1)
    if len(parts) != 1 or parts[0].field != "file" or not parts[0].data:
        raise ApiError(422, "the form must have one file named file")
    return parts[0]


def _lines(word: str, name: str, limits: Limits, held: ExitStack) -> Iterator[bytes]:
    """Runs in a thread, one step for each line."""
    from kuzushiji.bulk import expand

    with held:
        for item in expand([word]):
            shown = name if item.name == word else item.name
            yield json.dumps(_line(item, shown, limits), ensure_ascii=False).encode() + b"\n"


def _line(item: Item, name: str, limits: Limits) -> dict[str, Any]:
    try:
        picture = read_picture(item.open(), name=name)
    except KuzushijiError as e:
        why = str(e).removeprefix(f"{item.name}: ").removeprefix(f"{name}: ")
        return {"name": name, "page": item.page, "error": why}
    if picture.shape[0] * picture.shape[1] > limits.pixels:
        return {"name": name, "page": item.page, "error": f"more than {limits.pixels / 1e6:g} million pixels"}
    image = base64.b64encode(_jpeg(picture)).decode("ascii")
    return {"name": name, "page": item.page, "pages": item.pages, "type": "image/jpeg", "image": image}


def _jpeg(picture: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=QUALITY)
    return stream.getvalue()
