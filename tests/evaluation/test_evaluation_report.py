"""The report stands alone, says what was measured, and escapes what it is given."""

import base64
import io
import re
from dataclasses import replace

import numpy as np
import pytest
from html_checks import checked
from PIL import Image

from kuzushiji.datasets import Dataset
from kuzushiji.evaluation import evaluate
from kuzushiji.evaluation.clusters import GROUPS, kmeans, shapes_in_class
from kuzushiji.evaluation.report import write_report
from kuzushiji.evaluation.report.pictures import data_uri, png


@pytest.fixture
def tested(glyphs) -> Dataset:
    """120 noisy glyphs of each of three classes; every tenth carries the next class's label."""
    rng = np.random.default_rng(0)
    truth = np.repeat([0, 1, 2], 120)
    images = glyphs[truth].copy()
    images[rng.random(images.shape) < 0.05] = 120
    labels = np.where(np.arange(360) % 10 == 0, (truth + 1) % 3, truth)
    return Dataset("own <data>", "all", images, labels.astype(np.int64), ("か", "き", "く"))


def test_report_stands_alone_and_says_it(tiny_model, tested, tmp_path) -> None:
    from kuzushiji.weights import open_model

    model = open_model(tiny_model(sure_threshold=0.5))
    result = evaluate(model, tested)
    path = write_report(tmp_path / "new" / "report.html", result, tested, model)
    html = path.read_text(encoding="utf-8")
    text = checked(html)
    assert "90.00 %" in text
    assert "wrong 36 times" in text
    assert "own <data>" in text  # and so was escaped
    assert "CODH" not in text  # one's own pictures are nobody else's
    published = replace(tested, name="kmnist")
    path = write_report(tmp_path / "kmnist.html", evaluate(model, published), published, model)
    assert "doi:10.20676/00000341, CC BY-SA 4.0; so is this page" in checked(path.read_text(encoding="utf-8"))
    for heading in ("Can its confidence be believed?", "What it mistakes for what", "Shapes inside a class"):
        assert heading in text
    assert html.count("taken for く") >= 12
    assert "prefers-color-scheme:dark" in html
    assert "@media print" in html
    assert len(html) < 400_000
    linked, parts = set(re.findall(r'<a href="#([^"]+)"', html)), set(re.findall(r'<h2 id="([^"]+)"', html))
    assert linked == parts
    assert len(parts) >= 5
    assert re.search(r"The least read groups: 12 of . 0\.0", text)


def test_report_compares(tiny_model, tested, glyphs, tmp_path) -> None:
    from kuzushiji.weights import open_model

    model = open_model(tiny_model())
    worse = open_model(tiny_model(templates=glyphs[[1, 0, 2]], path=tmp_path / "w.onnx", name="worse"))
    first, second = evaluate(model, tested), evaluate(worse, tested)
    text = checked(
        write_report(tmp_path / "r.html", first, tested, model, second).read_text(encoding="utf-8")
    )
    assert "Against worse" in text
    assert "tiny is better, and by more than chance explains" in text


def test_report_of_a_model_without_mistakes(tiny_model, glyphs, tmp_path) -> None:
    from kuzushiji.weights import open_model

    data = Dataset("own", "all", glyphs, np.arange(3), ("か", "き", "く"))
    model = open_model(tiny_model())
    text = checked(write_report(tmp_path / "r.html", evaluate(model, data), data, model).read_text("utf-8"))
    assert "it made no mistake" in text
    assert "wrong 0 times" in text


def test_png_is_read_back_exactly() -> None:
    image = np.random.default_rng(0).integers(0, 256, (5, 7), dtype=np.uint8)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(png(image)))), image)


def test_data_uri_is_ink_on_paper() -> None:
    glyph = np.zeros((4, 4), np.uint8)
    glyph[1, 1] = 255
    kind, data = data_uri(glyph).split(",")
    assert kind == "data:image/png;base64"
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
    assert shown[0, 0] == 255
    assert shown[1, 1] == 0


def test_kmeans_finds_separate_blobs_whatever_the_seed() -> None:
    rng = np.random.default_rng(0)
    corners = np.array([[0, 0], [0, 10], [10, 0], [10, 10]], float)
    x = np.concatenate([c + rng.normal(size=(30, 2)) * 0.3 for c in corners])
    for seed in range(5):
        centres = kmeans(x, 4, seed)
        nearest = np.abs(centres[:, None] - corners).sum(axis=2).min(axis=0)
        assert (nearest < 0.5).all()


def test_kmeans_of_equal_points() -> None:
    assert kmeans(np.ones((5, 2)), 3).tolist() == [[1, 1]] * 3


def test_shapes_are_found_on_training_images_and_cover_the_test_images() -> None:
    rng = np.random.default_rng(0)
    centres = np.arange(GROUPS)[:, None] * np.array([[10.0, 0.0]])
    train = np.concatenate([c + rng.normal(size=(50, 2)) for c in centres]).astype(np.float32)
    test = np.concatenate([centres[0] + rng.normal(size=(30, 2)), centres[1] + rng.normal(size=(10, 2))])
    correct = np.arange(40) < 30  # the second shape is never read
    shapes = shapes_in_class(7, np.arange(100, 140), test.astype(np.float32), correct, train)
    assert [len(s.members) for s in shapes] == [30, 10]
    assert [s.accuracy.value for s in shapes] == [1.0, 0.0]
    assert sorted(np.concatenate([s.members for s in shapes])) == list(range(100, 140))
    assert all(s.train_share == pytest.approx(0.25) for s in shapes)
    assert shapes[0].label == 7
