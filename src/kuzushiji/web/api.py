"""The endpoints: read images, look up a character, tell the state of the server."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse

from kuzushiji._version import __version__
from kuzushiji.errors import KuzushijiError
from kuzushiji.images.reasons import Reason, words
from kuzushiji.reading.reader import WITH_EVIDENCE
from kuzushiji.web.engine import Engine, describe
from kuzushiji.web.forms import FORM, files_of, kind_of
from kuzushiji.web.limits import ApiError, Limits, read_body
from kuzushiji.web.options import Options, parse_options
from kuzushiji.web.pictures import Box, crop, decode, glyph_of, png_data


async def _images(request: Request, body: bytes, limits: Limits) -> list[tuple[str, bytes]]:
    """The (name, bytes) of each image in a body, raw or multipart."""
    kind = kind_of(request)
    if kind == "application/octet-stream" or kind.startswith("image/"):
        if not body:
            raise ApiError(422, "the body is empty; send an image")
        return [("image", body)]
    if kind != FORM:
        raise ApiError(
            415, "send an image as the body (Content-Type image/…) or images as multipart/form-data"
        )
    found = [(part.name, part.data) for part in await files_of(request, body, limits.images)]
    if not found:
        raise ApiError(422, "the form holds no image; send files, each with a file name")
    return found


@dataclass
class _Prepared:
    """One glyph to read, in several framings, or why there is none."""

    file: str
    box: Box | None
    glyphs: np.ndarray | None = None
    faults: tuple[Reason, ...] = ()
    error: ApiError | None = None


def _prepare(name: str, data: bytes, options: Options, size: int, limits: Limits) -> list[_Prepared]:
    """Decodes, crops and normalises; runs in a thread of the image pool."""
    try:
        image = decode(data, limits)
    except ApiError as e:
        return [_Prepared(name, None, error=e)]
    out = []
    for box in options.boxes or (None,):
        try:
            part = image if box is None else crop(image, box)
            out.append(_Prepared(name, box, *glyph_of(part, size, options.invert, options.threshold)))
        except ApiError as e:
            out.append(_Prepared(name, box, error=e))
        except KuzushijiError as e:
            out.append(_Prepared(name, box, error=ApiError(422, str(e))))
    return out


async def read(request: Request) -> JSONResponse:
    """``POST /api/read``: candidates for each image, or for each box on one page.

    An image or box that cannot be used is reported in its place; only where no image can be is the answer an
    error.
    """
    state = request.app.state
    limits: Limits = state.limits
    with state.gate.request(), state.gate.body() as held:
        options = parse_options(request.query_params.multi_items(), limits)
        body = await read_body(request, held)
        try:
            async with asyncio.timeout(limits.seconds):
                images = await _images(request, body, limits)
                wanted = len(images) * max(1, len(options.boxes))
                if wanted > limits.characters:
                    raise ApiError(
                        413, f"{wanted} characters at once, more than {limits.characters}; send fewer"
                    )
                readings = await _read_all(state, images, options)
        except TimeoutError:
            message = (
                f"reading took longer than {limits.seconds:g} s; send fewer or smaller images, or try again"
            )
            raise ApiError(503, message, {"Retry-After": "2"}) from None
    return JSONResponse({"model": state.engine.name, "readings": readings})


async def _read_all(state: Any, images: list[tuple[str, bytes]], options: Options) -> list[dict[str, Any]]:
    loop = asyncio.get_running_loop()
    size = state.engine.size
    jobs = [
        loop.run_in_executor(state.pool, _prepare, name, data, options, size, state.limits)
        for name, data in images
    ]
    prepared = [one for group in await asyncio.gather(*jobs) for one in group]
    usable = [one.glyphs for one in prepared if one.glyphs is not None]
    if not usable and all(one.box is None for one in prepared):
        raise next(one.error for one in prepared if one.error)
    answers = iter(await state.batcher.submit(np.stack(usable), options.top) if usable else ())
    pairs = [(one, next(answers) if one.glyphs is not None else {}) for one in prepared]
    return await loop.run_in_executor(
        state.pool, lambda: [_reading(one, answer, options, state.engine) for one, answer in pairs]
    )


def _reading(one: _Prepared, answer: dict[str, Any], options: Options, engine: Engine) -> dict[str, Any]:
    out: dict[str, Any] = {"file": one.file}
    if one.box:
        out["box"] = one.box.to_json()
    if one.error:
        return {**out, "error": one.error.message}
    out |= answer
    if one.faults:
        # The model sees only the glyph; what was wrong with the picture before weighs as much.
        out["sure"] = False
        codes = tuple(dict.fromkeys([*one.faults, *map(Reason, answer.get("reason_codes", ()))]))
        out |= {"reasons": list(words(codes)), "reason_codes": list(codes)}
    if one.glyphs is not None and options.glyph:
        out["glyph"] = png_data(one.glyphs[0])
    if one.glyphs is not None and options.evidence:
        best = out["candidates"][:WITH_EVIDENCE]
        known = engine.known(one.glyphs[0], [candidate["char"] for candidate in best], options.evidence)
        for candidate, glyphs in zip(best, known, strict=True):
            if glyphs:
                candidate["evidence"] = [png_data(each) for each in glyphs]
    return out


async def character(request: Request) -> JSONResponse:
    """``GET /api/characters/{char}``: what is known about one character or code point."""
    text = request.path_params["char"]
    one = len(text) == 1 or re.fullmatch(r"[Uu]\+[0-9A-Fa-f]{4,6}", text, re.ASCII)
    if not one and len(text) != 2:  # a character and its mark are two, which the look-up joins
        raise ApiError(422, "give one character, or its code point as U+304B")
    try:
        known = describe(text)
    except KuzushijiError as e:
        raise ApiError(404 if one else 422, str(e)) from None
    alike = request.app.state.engine.look_alikes.get(known["char"], ())
    return JSONResponse({**known, "look_alikes": list(alike)})


async def model(request: Request) -> JSONResponse:
    """``GET /api/model``: which characters the model can read."""
    engine = request.app.state.engine
    return JSONResponse({"name": engine.name, "size": engine.size, "classes": list(engine.classes)})


async def health(request: Request) -> JSONResponse:
    """``GET /health``: that the server is up, and how busy it is."""
    state = request.app.state
    return JSONResponse(
        {
            "status": "ok",
            "version": __version__,
            "model": state.engine.name,
            "classes": len(state.engine.classes),
            "requests": state.gate.requests,
            "waiting": state.batcher.queued,
            "batches": state.batcher.batches,
            "glyphs": state.batcher.glyphs,
        }
    )
