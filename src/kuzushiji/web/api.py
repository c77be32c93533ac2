"""The endpoints: read images, look up a character, tell the state of the server."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse

from kuzushiji._version import __version__
from kuzushiji.errors import KuzushijiError
from kuzushiji.images.reasons import Reason, words
from kuzushiji.reading.reader import WITH_EVIDENCE
from kuzushiji.web.bodies import read_body
from kuzushiji.web.engine import Engine, describe
from kuzushiji.web.forms import FORM, files_of, kind_of
from kuzushiji.web.guard.limits import ApiError, Limits, too_slow
from kuzushiji.web.options import Options, parse_options
from kuzushiji.web.pictures import png_data
from kuzushiji.web.preparing import Prepared, prepare, prepare_small


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


async def read(request: Request) -> JSONResponse:
    """``POST /api/read``: candidates for each image, or for each box on one page.

    An image or box that cannot be used is reported in its place; only where no image can be is the answer an
    error.
    """
    state = request.app.state
    limits: Limits = state.limits
    state.gate.check()  # before a body is received for nothing
    with state.gate.body() as held:
        options = parse_options(request.query_params.multi_items(), limits)
        body = await read_body(request, held)
        with state.gate.request():
            try:
                async with asyncio.timeout(limits.seconds):
                    readings = await _read_images(request, body, options)
            except TimeoutError:
                raise too_slow(limits.seconds) from None
    return JSONResponse({"model": state.engine.name, "readings": readings})


async def _read_images(request: Request, body: bytes, options: Options) -> list[dict[str, Any]]:
    limits: Limits = request.app.state.limits
    images = await _images(request, body, limits)
    wanted = len(images) * max(1, len(options.boxes))
    if wanted > limits.characters:
        raise ApiError(413, f"{wanted} characters at once, more than {limits.characters}; send fewer")
    return await _read_all(request.app.state, images, options)


async def _prepared(state: Any, name: str, data: bytes, options: Options) -> list[Prepared]:
    """The glyphs of one image: decoded in a thread if it is small, else in the process for large ones."""
    args = name, data, options, state.engine.size, state.limits
    small = await asyncio.get_running_loop().run_in_executor(state.pool, prepare_small, *args)
    if small is not None:
        return small
    try:
        return await state.large.run(prepare, *args)
    except ApiError as e:
        return [Prepared(name, None, error=e)]


async def _read_all(state: Any, images: list[tuple[str, bytes]], options: Options) -> list[dict[str, Any]]:
    loop = asyncio.get_running_loop()
    jobs = [_prepared(state, name, data, options) for name, data in images]
    prepared = [one for group in await asyncio.gather(*jobs) for one in group]
    usable = [one.glyphs for one in prepared if one.glyphs is not None]
    if not usable and all(one.box is None for one in prepared):
        raise next(one.error for one in prepared if one.error)
    answers = iter(await state.batcher.submit(np.stack(usable), options.top) if usable else ())
    pairs = [(one, next(answers) if one.glyphs is not None else {}) for one in prepared]
    return await loop.run_in_executor(
        state.pool, lambda: [_reading(one, answer, options, state.engine) for one, answer in pairs]
    )


def _reading(one: Prepared, answer: dict[str, Any], options: Options, engine: Engine) -> dict[str, Any]:
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
