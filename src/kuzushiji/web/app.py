"""The ASGI application: routes, static files, one model, one queue."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from kuzushiji.errors import KuzushijiError
from kuzushiji.web import api, openapi
from kuzushiji.web.batching import Batcher
from kuzushiji.web.desk import api as desk_api
from kuzushiji.web.desk import opening
from kuzushiji.web.desk.engine import PageEngine
from kuzushiji.web.desk.export import export
from kuzushiji.web.desk.turns import Turns
from kuzushiji.web.engine import Engine
from kuzushiji.web.guard.limits import ApiError, Gate, Limits
from kuzushiji.web.guard.security import LOOPBACK, Guard, allowed_hosts
from kuzushiji.web.workers import Worker

STATIC = Path(__file__).parent / "static"


def create_app(
    engine: Engine,
    *,
    pages: PageEngine | None = None,
    limits: Limits | None = None,
    bound: str = "127.0.0.1",
    hosts: Iterable[str] = (),
    debug: bool = False,
) -> Starlette:
    """Builds the application around one model, which it shares among all requests.

    Args:
        engine: what reads glyphs (:class:`kuzushiji.web.engine.Engine`).
        pages: what reads whole pages; None for a server of single characters.
        limits: what it accepts; the defaults suit one person or a class room.
        bound: the address it will be bound to; decides which Host headers are answered.
        hosts: further host names to answer to.
        debug: write tracebacks to the log.

    Returns:
        The application; its ``state`` has ``engine``, ``pages``, ``limits``, ``gate``, ``batcher``, ``pool``,
        ``large``, ``page_turns`` and ``box_turns``.
    """
    limits = limits or Limits()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        batcher = Batcher(engine.read_glyphs, limits.batch, limits.glyphs_waiting)
        await batcher.start()
        app.state.batcher = batcher
        app.state.pool = ThreadPoolExecutor(limits.workers, thread_name_prefix="kuzushiji-image")
        app.state.large = Worker(limits)
        Image.init()  # all decoders now: where open files run out later, a good picture is still one
        app.state.page_turns = Turns(limits.pages, limits.pages_waiting)
        # Corrections are short and a person waits for them: they do not stand in line behind whole pages.
        app.state.box_turns = Turns(1, limits.pages_waiting)
        yield
        app.state.large.close()
        app.state.page_turns.stop()
        app.state.box_turns.stop()
        await batcher.stop()
        app.state.pool.shutdown(wait=False, cancel_futures=True)

    app = Starlette(
        routes=[
            Route("/", _page("index.html")),
            Route("/desk", _page("desk.html")),
            Route("/api", _page("api.html")),
            Route("/health", api.health),
            Route("/openapi.json", openapi.endpoint),
            Route("/api/model", api.model),
            Route("/api/read", api.read, methods=["POST"]),
            Route("/api/pages", desk_api.read_page, methods=["POST"]),
            Route("/api/pages/boxes", desk_api.reread, methods=["POST"]),
            Route("/api/pages/export", export, methods=["POST"]),
            Route("/api/pages/pictures", opening.pictures, methods=["POST"]),
            Route("/api/pages/address", opening.address, methods=["POST"]),
            Route("/api/characters/{char}", api.character),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[Middleware(Guard, hosts=allowed_hosts(bound, hosts), debug=debug)],
        exception_handlers={ApiError: _api_error, KuzushijiError: _input_error, HTTPException: _http_error},
        lifespan=lifespan,
    )
    app.state.engine = engine
    app.state.pages = pages
    app.state.local = bound in LOOPBACK
    app.state.limits = limits
    app.state.gate = Gate(limits)
    return app


def _page(name: str) -> Any:
    async def endpoint(request: Request) -> Response:
        return FileResponse(STATIC / name, media_type="text/html")

    return endpoint


async def _api_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return JSONResponse({"error": error.message}, error.status, error.headers)


async def _input_error(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": " ".join(str(error).split())}, 422)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = {404: "there is nothing at this address", 405: "this address does not know that method"}
    return JSONResponse(
        {"error": words.get(error.status_code, error.detail)}, error.status_code, error.headers
    )
