from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # browser_support, shared with the other pages' tests

pytest.importorskip("starlette", reason="the web extra is not installed")
pytest.importorskip("onnx", reason="onnx, which builds the tests' tiny model, is not installed")


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from web_support import make_model

    return make_model(tmp_path_factory.mktemp("model") / "tiny.onnx")


@pytest.fixture(scope="session")
def engine(tiny_model: Path) -> Any:
    from kuzushiji.web.engine import ReaderEngine

    return ReaderEngine(tiny_model, threads=1)


@pytest.fixture
def client(engine: Any) -> Iterator[Any]:
    from web_support import client_of

    with client_of(engine) as client:
        yield client
