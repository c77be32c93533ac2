"""The desk's endpoints: read a page with progress, read corrected boxes again."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from contextlib import ExitStack, aclosing
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from kuzushiji.errors import KuzushijiError
from kuzushiji.pages import Column, Page
from kuzushiji.web.bodies import read_body
from kuzushiji.web.desk.bodies import PageBody, page_body
from kuzushiji.web.desk.engine import PageEngine, Report, Stage
from kuzushiji.web.desk.turns import Turns
from kuzushiji.web.guard.limits import ApiError, Limits, too_slow
from kuzushiji.web.pictures import decode, work

log = logging.getLogger("kuzushiji.web")
NDJSON = "application/x-ndjson"


async def read_page(request: Request) -> Response:
    """``POST /api/pages``: one page; the answer is a line of JSON for each stage, the last one with the page.

    What is wrong with the request itself is an error as everywhere; what goes wrong later is a last line
    ``{"stage": "failed", "status": …, "error": …}``.
    """
    state = request.app.state
    engine = _engine(request)
    with ExitStack() as held:
        body = await _body(request, held)
        work(body.image, state.limits)
        if state.page_turns.full:
            raise state.page_turns.busy()
        reading = partial(_read, engine, body, state)
        kept = held.pop_all()  # the body's bytes are accounted for until the stream ends
    lines = _lines(state.page_turns, reading, state.limits, kept)
    return StreamingResponse(lines, media_type=NDJSON, headers={"X-Accel-Buffering": "no"})


async def reread(request: Request) -> JSONResponse:
    """``POST /api/pages/boxes``: reads the boxes of a layout on a page, or on the part that holds them."""
    state = request.app.state
    engine = _engine(request)
    with ExitStack() as held:
        body = await _body(request, held)
        if not body.layout:
            raise ApiError(422, "the form holds no layout; to read a whole page, use /api/pages")
        work(body.image, state.limits)
        reading = partial(_reread, engine, body, state)
        turns: Turns = state.box_turns
        try:
            async with aclosing(turns.run(reading, state.limits.seconds)) as events:
                async for stage, result in events:
                    if stage is Stage.DONE:
                        return JSONResponse({"columns": [column.to_json() for column in result]})
        except TimeoutError:
            raise too_slow(state.limits.seconds) from None
    raise AssertionError("the last event is the result")


def _engine(request: Request) -> PageEngine:
    engine: PageEngine | None = request.app.state.pages
    if engine is None:
        raise ApiError(404, "this server reads single characters only: its model is no page reader")
    return engine


async def _body(request: Request, held: ExitStack) -> PageBody:
    state = request.app.state
    if request.query_params:
        raise ApiError(422, "unknown option; there are none here")
    state.gate.check()  # before a body is received for nothing
    accounted = held.enter_context(state.gate.body())
    body = await read_body(request, accounted)
    held.enter_context(state.gate.request())
    return await page_body(request, body, state.limits)


def _read(engine: PageEngine, body: PageBody, state: Any, report: Report) -> Page:
    """Runs in a thread of the pages."""
    report(Stage.DECODING)
    image = _decoded(body, state)
    return replace(engine.read(image, body.name, report, body.known), file=body.name)


def _reread(engine: PageEngine, body: PageBody, state: Any, report: Report) -> tuple[Column, ...]:
    """Runs in a thread of the boxes."""
    report(Stage.DECODING)
    image = _decoded(body, state)
    report(Stage.READING)
    return engine.reread(image, body.layout, body.known)


def _decoded(body: PageBody, state: Any) -> np.ndarray:
    """The picture; a large one comes from the process for such, so that they are decoded one at a time."""
    if work(body.image, state.limits) <= state.limits.small_pixels:
        return decode(body.image, state.limits)
    return state.large.call(decode, body.image, state.limits)


async def _lines(turns: Turns, work: Any, limits: Limits, held: ExitStack) -> AsyncGenerator[bytes, None]:
    with held:
        try:
            async with aclosing(turns.run(work, limits.page_seconds)) as events:
                async for stage, value in events:
                    yield _line(stage, value)
        except TimeoutError:
            yield _failed(too_slow(limits.page_seconds))
        except ApiError as e:
            yield _failed(e)
        except KuzushijiError as e:
            yield _failed(ApiError(422, str(e)))
        except (asyncio.CancelledError, GeneratorExit):
            raise
        except Exception as e:
            log.error("page: %s: %s", type(e).__name__, e, exc_info=log.isEnabledFor(logging.INFO))
            yield _failed(ApiError(500, "the server failed on this page; its log says why"))


def _line(stage: Stage, value: Any) -> bytes:
    line: dict[str, Any] = {"stage": stage.value}
    if stage is Stage.QUEUED:
        line["place"] = value
    elif stage is Stage.DONE:
        page: Page = value
        if page.error is not None:
            return _failed(ApiError(422, page.error))
        line["page"] = page.to_json()
    return _bytes(line)


def _failed(error: ApiError) -> bytes:
    return _bytes({"stage": Stage.FAILED.value, "status": error.status, "error": error.message})


def _bytes(line: dict[str, Any]) -> bytes:
    return json.dumps(line, ensure_ascii=False).encode() + b"\n"
