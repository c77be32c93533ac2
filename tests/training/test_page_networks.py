"""Training of the page networks: targets, losses, packing, the loop, and the file that comes out."""

import json

import numpy as np
import pytest

pytest.importorskip("keras")

import kuzushiji.models  # noqa: F401  (chooses Keras' backend)
from kuzushiji.errors import KuzushijiError, UsageError
from kuzushiji.images.page import CHARACTER, STEP, STRIP_WIDTH
from kuzushiji.models.column import ColumnQuarters, column_network
from kuzushiji.models.detector import detector_network
from kuzushiji.pages.detect import decode
from kuzushiji.pages.frames import decode_boxes
from kuzushiji.training.composing import Composer, Kind, TextSource
from kuzushiji.training.composing.own_brush import brush_bank
from kuzushiji.training.composing.placed import Placed
from kuzushiji.training.page_networks.columns.real import RealColumn, RealStrips, spans_in_text
from kuzushiji.training.page_networks.columns.strips import LONGEST, Cutter, LabelledStrip
from kuzushiji.training.page_networks.columns.targets import IGNORED, LANE, batch, encode
from kuzushiji.training.page_networks.detection.targets import targets
from kuzushiji.training.page_networks.recipe import is_page_recipe, load_page_recipe, page_recipe
from kuzushiji.training.page_networks.streaming import StreamLoop


@pytest.fixture(scope="module")
def composer():
    bank = brush_bank()
    return Composer(bank, TextSource([], dict.fromkeys(bank.characters, 1.0)), seed=4, size=43)


def test_the_detector_s_targets_decode_to_the_boxes_they_came_from():
    placed = [
        Placed("か", "か", 40, 30, 80, 90, Kind.MAIN, 0),
        Placed("き", "き", 100, 200, 116, 214, Kind.RUBY, 1),
    ]
    y = targets(placed, 256, 192)
    logits = np.where(y["peaks"][0] > 0, 5.0, -9.0)
    corners, _, ruby = decode(np.concatenate([logits, y["shape"][0]]).astype(np.float32), 0.3)
    assert corners == pytest.approx(np.array([(p.left, p.top, p.right, p.bottom) for p in placed]), abs=0.5)
    assert ruby.tolist() == [False, True]


def test_a_column_s_boxes_decode_to_what_they_were_coded_from():
    boxes = np.array([[5.0, 3, 45, 40], [10, 50, 40, 95]])
    frames = ((boxes[:, 1] + boxes[:, 3]) / 2 / STEP).astype(int)
    coded = np.zeros((20, 4), np.float32)
    coded[frames] = encode(boxes, frames)
    assert decode_boxes(coded)[frames] == pytest.approx(boxes, abs=1e-3)


def test_strips_carry_the_labels_of_their_column(composer):
    numbers = {char: k + 1 for k, char in enumerate(composer.bank.characters)}
    strips = Cutter(numbers)(composer.page(1), np.random.default_rng(0))
    assert strips
    for strip in strips:
        assert strip.ink.shape[1] == STRIP_WIDTH
        assert len(strip.ink) <= LONGEST
        assert len(strip.labels) == len(strip.boxes) == len(strip.marks) > 0
        assert (np.diff((strip.boxes[:, 1] + strip.boxes[:, 3]) / 2) >= 0).all()
        sides = np.maximum(strip.boxes[:, 2] - strip.boxes[:, 0], strip.boxes[:, 3] - strip.boxes[:, 1])
        assert 0.5 * CHARACTER < np.median(sides) < 1.7 * CHARACTER


def strip(labels, rows=200):
    tops = 10 + 40 * np.arange(len(labels))
    boxes = np.stack([0 * tops + 8, tops, 0 * tops + 48, tops + 36], 1).astype(np.float32)
    return LabelledStrip(
        np.full((rows, STRIP_WIDTH), 0.5, np.float32),
        np.array(labels, np.int64),
        boxes,
        np.zeros((len(labels), 2), np.float32),
    )


def test_strips_are_packed_into_lanes_without_overlap():
    ink, y = batch([strip([1, 2]), strip([3], 900), strip([4, 5, 6], 400)], lanes=2)
    assert ink.shape == (2, 1, LANE, STRIP_WIDTH)
    assert y["label_lengths"].tolist() == [3, 3]
    assert y["labels"].tolist() == [[3, 1, 2], [4, 5, 6]]
    for lane in range(2):
        shown = y["frames"][lane][y["frames"][lane] > 0]
        assert shown.tolist() == y["labels"][lane, : y["label_lengths"][lane]].tolist()
        assert (y["frames"][lane, y["frame_lengths"][lane] :] == IGNORED).all()
        assert ink[lane, 0, y["frame_lengths"][lane] * STEP :].max(initial=0) == 0


def test_the_column_s_pooling_is_the_reader_s_at_every_frame():
    x = np.random.default_rng(0).random((1, 3, 12, 4), np.float32)
    pooled = np.asarray(ColumnQuarters()(x))[0, :, :, 0]
    t = 5
    rows = [x[0, :, t + d].reshape(3, 2, 2).mean(2) for d in (-3, -1, 1, 3)]  # channels, halves
    upper, lower = (rows[0] + rows[1]) / 2, (rows[2] + rows[3]) / 2
    assert pooled[:, t] == pytest.approx(np.concatenate([upper[:, 0], upper[:, 1], lower[:, 0], lower[:, 1]]))


def test_columns_are_found_in_the_text_of_their_page():
    assert spans_in_text([[1, 2, 3], [4, 9, 6]], [1, 2, 3, 4, 5, 6]) == [(0, 3), (3, 6)]
    assert spans_in_text([[7, 8, 9], [4, 5, 6]], [1, 2, 3, 4, 5, 6])[1] == (3, 6)
    assert spans_in_text([[7, 8, 9]], [1, 2, 3]) == [None]
    assert spans_in_text([[2, 3, 4]], [1, 2, 3, 4]) == [None], "the 1 may belong to this column"


def test_real_columns_become_strips_with_their_labels():
    page = np.full((600, 300), 225, np.uint8)
    corners = np.array([(130.0, 40 + 50 * k, 170, 80 + 50 * k) for k in range(10)])
    for left, top, right, bottom in corners.astype(int):
        page[top + 5 : bottom - 5, left + 8 : right - 8] = 30
    strips = RealStrips([page], [RealColumn(0, corners, 42.0, np.arange(1, 11))])
    rng = np.random.default_rng(0)
    drawn = [s for s in (strips.draw(rng) for _ in range(10)) if s is not None]
    assert drawn
    for s in drawn:
        assert (np.diff(s.labels) == 1).all()
        middles = ((s.boxes[:, 1] + s.boxes[:, 3]) / 2).astype(int)
        assert (s.ink[np.clip(middles, 0, len(s.ink) - 1), STRIP_WIDTH // 2] > 0.4).all()


def test_both_networks_learn_and_go_on_after_a_stop(tmp_path, composer):
    from kuzushiji.images.page import page_ink
    from kuzushiji.training.page_networks.detection.loss import loss

    page = composer.page(1)
    ink = page_ink(page.image)[:256, -192:][None, None]
    placed = [
        p._replace(left=p.left - 544, right=p.right - 544)
        for p in page.placed
        if p.left > 544 and p.bottom < 256
    ]
    example = (ink, targets(placed, 256, 192))
    small = {"widths": (8, 8, 8, 8), "blocks": (0, 0, 0), "head": 8}
    loop = StreamLoop(detector_network(**small), loss, lambda step: example, 6, 0.01, tmp_path)
    lines = []
    loop.run(every=1, minutes=0, watch=lines.append)
    assert lines[-1].loss < lines[0].loss
    again = StreamLoop(detector_network(**small), loss, lambda step: example, 8, 0.01, tmp_path)
    again.resume()
    assert again.step == 6
    again.run(every=1, watch=lines.append)
    assert again.step == 8


def test_the_column_loss_falls_on_one_batch():
    import keras

    from kuzushiji.training.page_networks.columns.loss import loss

    keras.utils.set_random_seed(0)
    network = column_network(6, context=16, dilations=(2,))
    x, y = batch([strip([1, 2, 3])], lanes=1)
    x[0, 0, 10:46] += 0.4
    loop = StreamLoop(network, loss, lambda step: (x, y), 12, 3e-4, None)
    losses = [loop._train_step(x, y) for _ in range(12)]
    assert np.isfinite(losses).all()
    assert losses[-1] < losses[0]


def test_a_loss_that_is_not_finite_stops_the_run(tmp_path):
    from kuzushiji.training.page_networks.detection.loss import loss

    ink = np.full((1, 1, 64, 64), np.nan, np.float32)
    network = detector_network(widths=(4, 4, 4, 4), blocks=(0, 0, 0), head=4)
    example = (ink, targets([Placed("か", "か", 8, 8, 40, 40, Kind.MAIN, 0)], 64, 64))
    loop = StreamLoop(network, loss, lambda step: example, 2, 0.01, tmp_path)
    with pytest.raises(KuzushijiError, match="the loss is nan"):
        loop.run()


def test_the_file_says_what_keras_says(tmp_path):
    from kuzushiji.training.shipping.network_export import write_network
    from kuzushiji.weights.network import Network

    network = detector_network(widths=(4, 4, 4, 4), blocks=(0, 0, 0), head=4)
    example = np.random.default_rng(0).random((1, 1, 64, 96), np.float32)
    path = tmp_path / "detector.onnx"
    assert write_network(network, path, {"name": "tiny"}, ("maps",), example, half=False) < 1e-4
    opened = Network(path, threads=1)
    assert opened.info == {"name": "tiny"}
    other = np.random.default_rng(1).random((1, 1, 96, 64), np.float32)  # another size than at export
    theirs = np.asarray(network(other, training=False).detach())
    assert opened.run(["maps"], other)[0] == pytest.approx(theirs, abs=1e-4)


@pytest.mark.parametrize("name", ["detector", "column"])
def test_the_recipes_of_the_shipped_networks_can_be_read(name):
    from pathlib import Path

    path = Path(__file__).parents[2] / "recipes" / f"{name}.toml"
    assert is_page_recipe(path)
    head = path.read_text(encoding="utf-8").split("\n\n")[0]
    assert all(word in head for word in (f"kuzushiji train recipes/{name}.toml", "Cost:", "Expect:"))
    recipe = load_page_recipe(path, ["fit.steps=3"])
    assert (recipe.network, recipe.fit.steps) == (name, 3)
    assert page_recipe(json.loads(json.dumps(recipe.to_dict()))) == recipe


def test_a_recipe_names_its_mistake():
    with pytest.raises(UsageError, match="network is 'pages'"):
        page_recipe({"network": "pages"})
    with pytest.raises(UsageError, match=r"no key fit\.epochs"):
        page_recipe({"fit": {"epochs": 3}})
