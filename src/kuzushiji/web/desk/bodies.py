"""What the desk sends: a page, alone or in a form with a layout and known characters."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from kuzushiji.errors import KuzushijiError
from kuzushiji.pages.given import GivenColumn
from kuzushiji.reading import KnownCharacter, read_known
from kuzushiji.web.forms import FORM, Part, files_of, kind_of
from kuzushiji.web.guard.limits import ApiError, Limits


@dataclass(frozen=True)
class PageBody:
    """One page and what a person has said about it.

    Attributes:
        name: the image's file name.
        image: the image's bytes.
        layout: boxes to read; empty where none came.
        known: characters that a person has confirmed; empty where none came.
    """

    name: str
    image: bytes
    layout: tuple[GivenColumn, ...] = ()
    known: tuple[KnownCharacter, ...] = ()


async def page_body(request: Request, body: bytes, limits: Limits) -> PageBody:
    """Reads a body: an image, or a form with the files ``image``, ``layout`` and ``known``.

    Raises:
        ApiError: 413, 415 or 422.
    """
    kind = kind_of(request)
    if kind == FORM:
        return _of_form(await files_of(request, body, 3, fields=2), limits)
    if kind != "application/octet-stream" and not kind.startswith("image/"):
        raise ApiError(415, "send an image as the body (Content-Type image/…) or as multipart/form-data")
    return PageBody("image", _not_empty(body))


def _of_form(parts: list[Part], limits: Limits) -> PageBody:
    by_field: dict[str, Part] = {}
    for part in parts:
        if part.field not in ("image", "layout", "known") or part.field in by_field:
            raise ApiError(422, "the form must have one file image, and may have one layout and one known")
        by_field[part.field] = part
    if "image" not in by_field:
        raise ApiError(422, "the form holds no file named image")
    image = by_field["image"]
    layout = _layout(by_field["layout"].data, limits) if "layout" in by_field else ()
    known = _known(by_field["known"].data, limits) if "known" in by_field else ()
    return PageBody(image.name, _not_empty(image.data), layout, known)


def _not_empty(data: bytes) -> bytes:
    if not data:
        raise ApiError(422, "the image is empty; send an image")
    return data


def _layout(data: bytes, limits: Limits) -> tuple[GivenColumn, ...]:
    columns = json_of(data, "layout").get("columns")
    if not isinstance(columns, list):
        raise ApiError(422, 'layout must be {"columns": […]}')
    try:
        layout = tuple(map(GivenColumn.from_json, columns))
    except KuzushijiError as e:
        raise ApiError(422, str(e)) from None
    if sum(len(column.boxes) for column in layout) > limits.characters:
        raise ApiError(413, f"more than {limits.characters} boxes; send them in several requests")
    return layout


def _known(data: bytes, limits: Limits) -> tuple[KnownCharacter, ...]:
    try:
        known = tuple(read_known(data, "known"))
    except KuzushijiError as e:
        raise ApiError(422, str(e)) from None
    if len(known) > limits.characters:
        raise ApiError(413, f"more than {limits.characters} known characters; send fewer")
    return known


def json_of(data: bytes, what: str) -> dict[str, Any]:
    """A JSON object.

    Raises:
        ApiError: 422, it is something else.
    """
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):  # undecodable bytes are a ValueError too
        raise ApiError(422, f"{what} is not JSON") from None
    if not isinstance(tree, dict):
        raise ApiError(422, f"{what} is not a JSON object")
    return tree
