"""Checked pages as documents: ``POST /api/pages/export?format=tei``."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from kuzushiji.errors import KuzushijiError
from kuzushiji.pages import Page
from kuzushiji.web.bodies import read_body
from kuzushiji.web.desk.bodies import json_of
from kuzushiji.web.forms import FORM, files_of, kind_of
from kuzushiji.web.guard.limits import ApiError, Limits
from kuzushiji.web.pictures import decode

if TYPE_CHECKING:
    from kuzushiji.pages.formats import Format, Sheet

MOST_PAGES = 2000
"""Pages in one document."""


async def export(request: Request) -> Response:
    """Writes pages down; the form has ``pages`` as JSON, and ``image`` for each where they are shown."""
    state = request.app.state
    wanted = _format(request)
    with state.gate.request(), state.gate.body() as held:
        body = await read_body(request, held)
        if kind_of(request) != FORM:
            raise ApiError(415, "send the pages as multipart/form-data")
        parts = await files_of(request, body, state.limits.images + 1, fields=1)
        trees = [part.data for part in parts if part.field == "pages"]
        images = [part.data for part in parts if part.field == "image"]
        if len(trees) != 1 or len(trees) + len(images) != len(parts):
            raise ApiError(422, "the form must have one file pages, and may have files image")
        pages = _pages(trees[0])
        if wanted.pictured and len(images) != len(pages):
            raise ApiError(422, f"{wanted.name} needs one image for each of {len(pages)} pages")
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(state.limits.page_seconds):
                document = await loop.run_in_executor(
                    state.pool, _written, wanted, pages, images, state.limits
                )
        except TimeoutError:
            raise ApiError(
                503, f"writing took longer than {state.limits.page_seconds:g} s; export fewer pages"
            ) from None
    return document


def _format(request: Request) -> Format:
    from kuzushiji.pages.formats import FORMATS

    pairs = request.query_params.multi_items()
    if len(pairs) != 1 or pairs[0][0] != "format" or pairs[0][1] not in FORMATS:
        raise ApiError(422, f"format must be one of {', '.join(FORMATS)}, and nothing else be asked for")
    return FORMATS[pairs[0][1]]


def _pages(data: bytes) -> list[Page]:
    trees = json_of(data, "pages").get("pages")
    if not isinstance(trees, list) or not 1 <= len(trees) <= MOST_PAGES:
        raise ApiError(422, f'pages must be {{"pages": […]}} with 1 to {MOST_PAGES} pages')
    try:
        pages = [Page.from_json(tree) for tree in trees]
        for page in pages:
            page.to_json()  # what is of the wrong type shows here, not in the middle of a document
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError):
        raise ApiError(422, "pages must be as kuzushiji page --json prints them") from None
    if any(page.error is not None for page in pages):
        raise ApiError(422, "a page with an error cannot be exported; leave it out")
    return pages


def _written(wanted: Format, pages: Sequence[Page], images: Sequence[bytes], limits: Limits) -> Response:
    """Runs in a thread."""
    sheets = _sheets(wanted, pages, images, limits)
    title = quote((pages[0].file.rsplit("/", 1)[-1].rsplit(".", 1)[0] or "pages").encode("utf-8", "replace"))
    suffix, kind = wanted.suffix, wanted.media_type
    try:
        if wanted.many or len(pages) == 1:
            data = b"".join(wanted.write(sheets))
        else:
            data, suffix, kind = _zipped(wanted, sheets), ".zip", "application/zip"
    except KuzushijiError as e:
        raise ApiError(422, str(e)) from None
    disposition = f"attachment; filename=\"pages{suffix}\"; filename*=UTF-8''{title}{suffix}"
    return Response(data, media_type=kind, headers={"Content-Disposition": disposition})


def _sheets(
    wanted: Format, pages: Sequence[Page], images: Sequence[bytes], limits: Limits
) -> Iterator[Sheet]:
    """The pages, their pictures decoded one at a time."""
    from kuzushiji.pages.formats import Sheet

    for number, page in enumerate(pages):
        yield Sheet(page, _upright(page, decode(images[number], limits)) if wanted.pictured else None)


def _upright(page: Page, picture: Any) -> Any:
    import numpy as np

    return np.rot90(picture, -(page.turned // 90)) if page.turned else picture


def _zipped(wanted: Format, sheets: Iterator[Sheet]) -> bytes:
    """Documents of one page each, in a zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, sheet in enumerate(sheets, 1):
            archive.writestr(f"{number:04d}{wanted.suffix}", b"".join(wanted.write([sheet])))
    return buffer.getvalue()
