"""``kuzushiji map``: what it says when it is stopped, and the order in which it looks at its options."""

import numpy as np
import pytest
from PIL import Image

from kuzushiji.cli import main
from kuzushiji.maps import engine
from kuzushiji.maps.inputs import features


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """16 noisy upright strokes and 16 level ones, as npz files."""
    monkeypatch.setenv("KUZUSHIJI_HOME", str(tmp_path / "home"))
    rng = np.random.default_rng(0)
    images = rng.integers(0, 90, (32, 28, 28)).astype(np.uint8)
    images[:16, 2:26, 12:15] = 255
    images[16:, 12:15, 2:26] = 255
    root = tmp_path / "mine"
    root.mkdir()
    np.savez(root / "k49-train-imgs.npz", images)
    np.savez(root / "k49-train-labels.npz", np.repeat([0, 1], 16).astype(np.uint8))
    return root


def test_stopped_it_says_what_is_kept_and_goes_on_from_there(folder, tmp_path, monkeypatch, capsys):
    pytest.importorskip("scipy")
    words = ["map", str(folder), "--methods", "pca,svd", "--threads", "1", "-o", str(tmp_path / "a.html")]
    kept = engine.keep

    def stop(path, finished):
        kept(path, finished)
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "keep", stop)
    assert main(words) in (1, 130)
    assert "interrupted: finished maps are kept, and the same command goes on" in capsys.readouterr().err
    assert not (tmp_path / "a.html").exists()
    monkeypatch.setattr(engine, "keep", kept)
    assert main(words) == 0
    err = capsys.readouterr().err
    assert "PCA: from the cache" in err
    assert "SVD: from the cache" not in err
    assert (tmp_path / "a.html").exists()


def test_a_picture_to_be_added_is_read_before_anything_long(folder, tmp_path, monkeypatch, capsys):
    pytest.importorskip("scipy")
    monkeypatch.setattr(features, "embedded", lambda *_: pytest.fail("the embedding came first"))
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    words = ["map", str(folder), "--methods", "pca", "--features", "kmnist", "--add", str(broken)]
    assert main(words) == 1
    assert "not an image" in capsys.readouterr().err.splitlines()[-1]


def test_a_picture_added_lies_with_its_class(folder, tmp_path):
    pytest.importorskip("scipy")
    page = tmp_path / "a.html"
    mine = tmp_path / "mine.png"
    Image.fromarray(255 - np.load(folder / "k49-train-imgs.npz")["arr_0"][0]).save(mine)
    words = ["map", str(folder), "--methods", "pca,mds", "--threads", "1", "--add", str(mine)]
    assert main([*words, "--save", str(tmp_path / "s"), "-o", str(page)]) == 0
    from kuzushiji.maps import load_maps

    saved = load_maps(tmp_path / "s")
    for made in saved.maps:
        to_class = [
            np.linalg.norm(made.points[part].mean(0) - made.transform_points[0])
            for part in (slice(16), slice(16, 32))
        ]
        assert to_class[0] < to_class[1]
    assert "mine.png" in page.read_text(encoding="utf-8")
