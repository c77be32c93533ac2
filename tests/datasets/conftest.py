"""Small stand-ins for the published sets."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from datasets_support import Server, npz, pinned, png, write_tar

from kuzushiji.datasets import registry
from kuzushiji.datasets.downloads import transport


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, no mirror, no publisher but one that refuses, no waiting."""
    folder = tmp_path / "home"
    monkeypatch.setenv("KUZUSHIJI_HOME", str(folder))
    monkeypatch.delenv("KUZUSHIJI_MIRROR", raising=False)
    monkeypatch.delenv("KUZUSHIJI_OFFLINE", raising=False)
    monkeypatch.setattr(registry, "PUBLISHER", "http://127.0.0.1:9/")  # port 9: nobody listens
    monkeypatch.setattr(transport, "BACKOFF_SECONDS", 0.0)
    return folder


@pytest.fixture
def small_k49(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path) -> Path:
    """A mirror tree with a published "k49" of 40 + 20 random images. Returns the tree."""
    rng = np.random.default_rng(0)
    tree = tmp_path / "mirror"
    (tree / "k49").mkdir(parents=True)
    files = []
    for split, n in (("train", 40), ("test", 20)):
        for kind, array in (
            ("imgs", rng.integers(0, 256, (n, 28, 28), np.uint8)),
            ("labels", (np.arange(n) % 49).astype(np.uint8)),
        ):
            content = npz(array)
            path = f"k49/k49-{split}-{kind}.npz"
            (tree / path).write_bytes(content)
            files.append(pinned(path, content))
    small = registry.Published(
        "k49", "Small", 28, ("train", "test"), {"train": 40, "test": 20}, {"npz": tuple(files)}
    )
    monkeypatch.setitem(registry.PUBLISHED, "k49", small)
    monkeypatch.setattr(registry, "K49", small)
    monkeypatch.setattr(registry, "OLD_K49_TOTAL", 55)
    return tree


@pytest.fixture
def kanji(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: Path) -> dict[str, np.ndarray]:
    """``U+XXXX/<name>.png`` -> pixels of a small Kuzushiji-Kanji; its tar is below ``mirror``."""
    rng = np.random.default_rng(0)
    images = {}
    for codepoint, n in ((0x4E00, 12), (0x2000B, 3), (0x4093, 1), (0x4E8C, 2)):
        for _ in range(n):
            name = rng.bytes(8).hex()
            images[f"U+{codepoint:04X}/{name}.png"] = rng.integers(0, 256, (64, 64), np.uint8)
    images[next(iter(images))][:] = 0
    write_tar(
        tmp_path / "mirror/kkanji/kkanji.tar",
        {f"kkanji2/{p}": png(x) for p, x in reversed(images.items())},
    )
    digest = hashlib.sha256(b"".join(images[p].tobytes() for p in sorted(images))).hexdigest()
    monkeypatch.setattr(registry, "KKANJI_CONTENT", registry.Content(len(images), 4, 1, digest))
    return images


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    s = Server(tmp_path / "mirror")
    thread = threading.Thread(target=s.http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield s
    s.http.shutdown()
    s.http.server_close()
    thread.join()
