"""A headless Chromium for the tests of our pages, or a clear reason to skip them.

The driver is Playwright's Python package with the machine's own Chromium or Chrome: no browser is downloaded.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

NO_BROWSER = "page not tested: no Chrome or Chromium found"
NO_DRIVER = "page not tested: no playwright package (pip install playwright)"

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_ARGS = ["--no-sandbox", "--disable-dev-shm-usage"]  # as containers need
WEBGL = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")
"""Switches for ``launch(args=WEBGL)``: WebGL in software, where the machine has no graphics card."""


def find_chromium() -> str | None:
    """The path of a browser: $KUZUSHIJI_TEST_CHROMIUM, or the first one on the PATH; None without one."""
    named = os.environ.get("KUZUSHIJI_TEST_CHROMIUM")
    if named:
        return named if os.path.exists(named) else None
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


_open: list[Any] = []  # the driver, once for every browser that is open now


@contextmanager
def _driver(sync_api: Any) -> Iterator[Any]:
    """Playwright's driver: one for all, because a thread cannot run two, and stopped with the last browser.

    (It could stay for ever, but while it runs, ``asyncio.run`` refuses to in the same thread.)
    """
    if not _open:
        _open.append(sync_api.sync_playwright().start())
    _open.append(_open[0])
    try:
        yield _open[0]
    finally:
        _open.pop()
        if len(_open) == 1:
            _open.pop().stop()


@contextmanager
def launch(
    width: int = 1280, height: int = 800, *, args: tuple[str, ...] = (), **context: Any
) -> Iterator[Any]:
    """Opens a fresh page (``playwright.sync_api.Page``) in a headless browser; closes all of it afterwards.

    The page carries two lists that a test can assert on:
    ``page.problems`` has every console error, page error and failed request, one string each;
    ``page.requested`` has every URL asked for.

    Args:
        width: of the window, in CSS px.
        height: of the window, in CSS px.
        args: further command-line switches of the browser.
        **context: further options of ``Browser.new_context``, e.g. ``has_touch=True, locale="ja-JP"``.
    """
    sync_api = pytest.importorskip("playwright.sync_api", reason=NO_DRIVER)
    path = find_chromium()
    if path is None:
        pytest.skip(NO_BROWSER)
    with _driver(sync_api) as driver:
        browser = driver.chromium.launch(executable_path=path, args=[*_ARGS, *args])
        try:
            options = {"viewport": {"width": width, "height": height}, "locale": "en-GB", **context}
            page = browser.new_context(**options).new_page()
            page.problems = []
            page.requested = []
            page.on(
                "console",
                lambda m: page.problems.append(f"console: {m.text}") if m.type == "error" else None,
            )
            page.on("pageerror", lambda e: page.problems.append(f"page: {e}"))
            page.on("requestfailed", lambda r: page.problems.append(f"request: {r.url[:120]}"))
            page.on("request", lambda r: page.requested.append(r.url))
            yield page
        finally:
            browser.close()
