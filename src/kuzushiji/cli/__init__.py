"""The command ``kuzushiji``: finds the group that a word belongs to, and turns errors into one line each.

Only the module of the command that is asked for is imported, so that reading one image costs little more than
loading onnxruntime. Exit codes: 0 done, 1 an input could not be used, 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import warnings
from typing import Any

from kuzushiji.errors import KuzushijiError, UsageError

COMMANDS = {
    "read": "read_cli",
    "page": "page_cli",
    "demo": "demo_cli",
    "data": "data_cli",
    "train": "train_cli",
    "export": "train_cli",
    "evaluate": "evaluate_cli",
    "audit": "evaluate_cli",
    "map": "map_cli",
    "serve": "serve_cli",
    "mcp": "mcp_cli",
    "doctor": "doctor_cli",
}
"""Each command, in the order of the help, and the module of this package that adds it."""
_OF_STRANGERS = ("read", "page", "serve")  # commands whose inputs make libraries in C complain


def main(argv: list[str] | None = None) -> int:
    """Runs one command.

    Args:
        argv: the words after ``kuzushiji``; None for those of this process.

    Returns:
        The exit code; nothing is raised but what ``--debug`` asks to see.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in _options(words)
    if argv is None and not debug and words[:1] and words[0] in _OF_STRANGERS:
        _mute_libraries()
    code = _guarded(words, debug)
    if argv is None and code == 128 + signal.SIGINT:
        _leave(code)
    return code


def _guarded(words: list[str], debug: bool) -> int:
    """Runs one command, every end of it an exit code."""
    _utf8()
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _notes(warnings.showwarning)
            code = _run(words)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        return _reader_is_gone()
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except SystemExit as e:  # click leaves this way when the pipe is closed
        return e.code if isinstance(e.code, int) else 1
    except Exception as e:
        if debug:
            raise
        return _complain(e)


def _run(words: list[str]) -> int:
    plain = _without_debug(words)
    if plain[:1] == ["read"]:
        from kuzushiji.cli import read_cli

        return read_cli.run(plain[1:])
    if plain[:1] == ["page"]:
        from kuzushiji.cli import page_cli

        return page_cli.run(plain[1:])
    from kuzushiji.cli.command_line.app import build  # typer, and only inside of main's try

    command = build(words, COMMANDS)
    words = words if _knows_debug(command) else plain
    result = command.main(words, prog_name="kuzushiji", standalone_mode=False)
    return result if isinstance(result, int) else 0


def _notes(others: Any) -> Any:
    """Shows this package's own warnings as one line each, once, and leaves the others to who showed them."""
    said = set[str]()  # data that is read twice is warned of twice

    def show(message: Warning, category: type[Warning], *where: Any, **more: Any) -> None:
        from kuzushiji.cli._console import complain

        text = " ".join(str(message).split())
        if not category.__module__.startswith("kuzushiji."):
            others(message, category, *where, **more)
        elif text not in said:
            said.add(text)
            complain(text, kind="note")

    return show


def _complain(error: Exception) -> int:
    """Prints one line, and says with which code to leave."""
    if isinstance(error, KuzushijiError):
        text, code = str(error), 2 if isinstance(error, UsageError) else 1
    elif hasattr(error, "format_message"):  # typer's own: an unknown option, a missing argument
        command = getattr(getattr(error, "ctx", None), "command_path", "kuzushiji")
        text, code = f"{error.format_message()} (see {command} --help)", 2
    elif type(error).__name__ == "Abort":
        text, code = "aborted", 1
    elif isinstance(error, OSError):
        text, code = f"{error.filename or 'system'}: {error.strerror or error}", 1
    else:
        text, code = f"unexpected {type(error).__name__}: {error}; --debug shows where", 1
    print("kuzushiji: error:", " ".join(text.split()), file=sys.stderr)
    return code


def _mute_libraries() -> None:
    """Keeps what libraries print from C (libtiff, onnxruntime) away from our one line for each thing."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        if sys.stderr.fileno() == 2:
            ours = os.fdopen(os.dup(2), "w", buffering=1, encoding="utf-8", errors="backslashreplace")
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 2)
            os.close(nowhere)
            sys.stderr = ours


def _leave(code: int) -> None:
    """Ends at once if a thread is still at work: the interpreter would wait for a decoder to finish."""
    import threading

    main_thread = threading.main_thread()
    if any(each is not main_thread and not each.daemon for each in threading.enumerate()):
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)


def _options(words: list[str]) -> list[str]:
    """The words before ``--``."""
    return words[: words.index("--")] if "--" in words else words


def _without_debug(words: list[str]) -> list[str]:
    """``--debug`` may stand anywhere before ``--``."""
    before = _options(words)
    return [word for word in before if word != "--debug"] + words[len(before) :]


def _knows_debug(root: Any) -> bool:
    """Whether the command that was asked for has an option ``--debug`` of its own."""
    return any("--debug" in param.opts for each in root.commands.values() for param in each.params)


def _utf8() -> None:
    """Output is UTF-8 everywhere; a file name that is not becomes an escape that JSON understands too.

    A stream that was closed before the start (``>&-``) is None: what is written to it goes nowhere.
    """
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _reader_is_gone() -> int:
    """The other end of the pipe closed (``| head``): nothing to say, also not at the interpreter's end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1
