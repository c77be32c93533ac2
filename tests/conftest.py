"""Fixtures for all tests: no network, a cache of one's own, the real data where it is, tiny models."""

import os

# Before numpy and onnxruntime load: tests run beside each other on few cores.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ.setdefault("KERAS_BACKEND", "torch")

from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
import pytest  # noqa: E402

from tiny_onnx import write_matcher  # noqa: E402


@pytest.fixture(autouse=True)
def _offline(monkeypatch):
    """The net is forbidden; a test that serves files on loopback clears this itself."""
    monkeypatch.setenv("KUZUSHIJI_OFFLINE", "1")
    monkeypatch.delenv("KUZUSHIJI_MIRROR", raising=False)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty cache: KUZUSHIJI_HOME."""
    path = tmp_path / "home"
    path.mkdir()
    monkeypatch.setenv("KUZUSHIJI_HOME", str(path))
    return path


@pytest.fixture(scope="session")
def real_data():
    """The publisher's tree with the real data sets (kmnist/, kkanji/, ...), named by KUZUSHIJI_TEST_DATA."""
    path = Path(os.environ.get("KUZUSHIJI_TEST_DATA") or "no-such-folder")
    if not (path / "kmnist").is_dir():
        pytest.skip("skipped: real data not found")
    return path


@pytest.fixture
def tiny_model(tmp_path):
    """Writes a small ONNX model that knows the given glyphs by heart; see `tiny_onnx.write_matcher`."""

    def make(templates=None, classes=("か", "き", "く"), path=tmp_path / "tiny.onnx", **info):
        if templates is None:
            templates = stripes(len(classes), info.get("size", 28))
        return write_matcher(path, templates, classes, **info)

    return make


@pytest.fixture
def glyphs():
    """Three glyphs that look nothing like each other: uint8 (3, 28, 28), the templates of `tiny_model`."""
    return stripes(3, 28)


def stripes(count: int, size: int) -> np.ndarray:
    """Horizontal bars, each lower than the one before."""
    images = np.zeros((count, size, size), np.uint8)
    band = size // (count + 1)
    for i in range(count):
        images[i, (i + 1) * band - band // 2 : (i + 1) * band + band // 2, 4:-4] = 255
    return images
