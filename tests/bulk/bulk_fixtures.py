"""Fixtures of the tests that fetch: they name this module in `pytest_plugins`."""

import pytest
from bulk_support import serving

from kuzushiji.bulk import Fetching, SourceOptions


@pytest.fixture
def site(monkeypatch, home):
    """A server on loopback, and a cache of its own."""
    monkeypatch.delenv("KUZUSHIJI_OFFLINE")
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with serving() as site:
        yield site


@pytest.fixture
def private():
    """Options under which loopback may be asked, without long waits."""
    return SourceOptions(fetching=Fetching(allow_private=True, pause=0.0, seconds=5.0))
