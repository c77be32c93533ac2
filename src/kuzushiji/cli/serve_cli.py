"""``kuzushiji serve``: the page, on this machine."""

from __future__ import annotations

import errno
import signal
import socket
from typing import Annotated, Any

import typer

from kuzushiji.errors import KuzushijiError, need


def register(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command("serve")(serve)


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; only this machine reaches the default.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8000,
    model: Annotated[
        str | None, typer.Option(help="A shipped model's name, or an .onnx file; reader when left out.")
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(help="A further host name to answer to (with --host); may be repeated."),
    ] = None,
    debug: Annotated[bool, typer.Option(help="Write every request and every traceback to the log.")] = False,
) -> None:
    """Serves the page: read books page by page, or draw or crop single characters; all on this machine."""
    uvicorn = need("uvicorn", extra="web")
    need("starlette", extra="web")
    need("python_multipart", extra="web")
    from kuzushiji.cli._models import as_onnx
    from kuzushiji.web.app import create_app
    from kuzushiji.web.desk.reader import ReaderPages
    from kuzushiji.web.engine import ReaderEngine
    from kuzushiji.web.guard import connections, log
    from kuzushiji.web.guard.limits import Limits

    listening = _listen(host, port)
    with listening:
        engine = ReaderEngine(model and as_onnx(model))
        engine.learn_known()
        limits, backlog = connections.room(Limits(), connections.files())
        app = create_app(
            engine, pages=ReaderPages(), limits=limits, bound=host, hosts=allow_host or (), debug=debug
        )
        log.configure(debug)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=debug,
            lifespan="on",
            timeout_graceful_shutdown=5,
            **connections.uvicorn_options(limits, backlog),
        )
        _run(_server(uvicorn, config), listening, host)


def _server(uvicorn: Any, config: Any) -> Any:
    """A server that waits for requests in flight: a second on Ctrl-C, five where it is asked to end."""

    class Server(uvicorn.Server):  # type: ignore[misc]
        def handle_exit(self, sig: int, frame: Any) -> None:
            if sig == signal.SIGINT:
                self.config.timeout_graceful_shutdown = 1
            super().handle_exit(sig, frame)

    return Server(config)


def _listen(host: str, port: int) -> socket.socket:
    """Binds first: a port in use is said before a model is loaded."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host.strip("[]"), port))
        listening.listen(512)  # whoever connects as soon as the address is printed waits, and is not refused
    except OSError as e:
        listening.close()
        why = e.strerror or str(e)
        other = "host" if isinstance(e, socket.gaierror) or e.errno == errno.EADDRNOTAVAIL else "port"
        raise KuzushijiError(f"cannot listen on {host} port {port}: {why}; try another --{other}") from e
    return listening


def _run(server: Any, listening: socket.socket, host: str) -> None:
    port = listening.getsockname()[1]
    shown = f"[{host.strip('[]')}]" if ":" in host else host
    typer.echo(f"Reading at http://{shown}:{port}  (stop with Ctrl+C)")
    if host not in ("127.0.0.1", "localhost", "::1"):
        typer.echo("Other machines on the network can reach this page.", err=True)
    server.run(sockets=[listening])
