"""Data sets in PyTorch, Keras, TensorFlow and Hugging Face: the same images, read when they are asked for."""

import pickle
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from kuzushiji.datasets import Dataset, ImageView
from kuzushiji.errors import UsageError


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (7, 5, 6), np.uint8)


@pytest.fixture
def dataset(images):
    return Dataset("own", "half-train", images, np.array([0, 0, 0, 0, 2, 2, 1]), ("あ", "い", "う"))


@pytest.fixture
def on_disk(images, tmp_path):
    """The same images as a view of a file, backwards."""
    np.save(tmp_path / "images.npy", images)
    view = ImageView(np.load(tmp_path / "images.npy", mmap_mode="r"), np.arange(7)[::-1])
    return Dataset("own", "all", view, np.array([1, 2, 2, 0, 0, 0, 0]), ("あ", "い", "う"))


def test_classes_count_the_same_with_their_weights(dataset):
    weights = dataset.sample_weights()
    assert weights.mean() == pytest.approx(1)
    assert np.bincount(dataset.labels, weights) == pytest.approx([7 / 3] * 3)
    assert dataset.class_weights() == pytest.approx({0: 7 / 12, 1: 7 / 3, 2: 7 / 6})
    assert dataset.sample_weights(0) == pytest.approx(np.ones(7))
    half = dataset.class_weights(0.5)
    assert half[0] / half[1] == pytest.approx(1 / 2)  # one by the root of four


def test_torch_gets_tensors_and_labels(dataset, images):
    torch = pytest.importorskip("torch")
    found = dataset.to_torch()
    image, label = found[4]
    assert image.shape == (1, 5, 6)
    assert image.dtype == torch.float32
    np.testing.assert_allclose(image[0].numpy(), images[4] / 255, rtol=1e-6)
    assert label == 2
    assert found[-1][1] == 1
    assert len(found) == 7
    assert found.classes == ["あ", "い", "う"]
    with pytest.raises(IndexError):
        found[7]
    assert dataset.to_torch(lambda image: image.mean())[0][0].ndim == 0


def test_a_loader_reads_batches_from_disk_in_order_and_in_workers(on_disk, images):
    data = pytest.importorskip("torch.utils.data")
    pairs = list(data.DataLoader(on_disk.to_torch(), batch_size=4, num_workers=1))
    assert [len(batch) for batch, _ in pairs] == [4, 3]
    found = np.concatenate([batch[:, 0].numpy() for batch, _ in pairs])
    np.testing.assert_allclose(found, images[::-1] / 255, rtol=1e-6)
    assert [int(label) for _, labels in pairs for label in labels] == on_disk.labels.tolist()


def test_a_view_of_a_file_is_pickled_without_its_images(on_disk, images):
    big = ImageView(on_disk.images._base, np.array([3, 1]))
    text = pickle.dumps(big)
    assert len(text) < images.nbytes + 1000
    assert images[3].tobytes() not in text
    np.testing.assert_array_equal(np.asarray(pickle.loads(text)), images[[3, 1]])


@pytest.mark.parametrize("base", ["array", "part of a file"])
def test_other_views_are_pickled_with_them(images, tmp_path, base):
    if base == "array":
        view, wanted = ImageView(images, np.array([2])), images[[2]]
    else:
        np.save(tmp_path / "images.npy", images)
        view, wanted = (
            ImageView(np.load(tmp_path / "images.npy", mmap_mode="r")[1:], np.array([2])),
            images[[3]],
        )
    np.testing.assert_array_equal(np.asarray(pickle.loads(pickle.dumps(view))), wanted)


def test_keras_trains_on_a_loader_with_balanced_samples(on_disk):
    keras = pytest.importorskip("keras")
    data = pytest.importorskip("torch.utils.data")
    sampler = data.WeightedRandomSampler(on_disk.sample_weights(), 14)
    loader = data.DataLoader(on_disk.to_torch(), 7, sampler=sampler)
    model = keras.Sequential([keras.Input((1, 5, 6)), keras.layers.Flatten(), keras.layers.Dense(3)])
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    assert np.isfinite(model.fit(loader, verbose=0).history["loss"][0])


@pytest.fixture
def hf(tmp_path, monkeypatch):
    found = pytest.importorskip("datasets", reason='needs the "data" extra')
    monkeypatch.setattr(found.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    return found


@pytest.mark.parametrize("streaming", [False, True])
def test_hugging_face_gets_pictures_and_named_labels(hf, dataset, images, streaming):
    found = dataset.to_hf(streaming=streaming)
    assert isinstance(found, hf.IterableDataset if streaming else hf.Dataset)
    assert found.features["label"].names == ["あ", "い", "う"]
    assert str(found.split) == "half_train"
    rows = list(found)
    assert len(rows) == 7
    for row, image, label in zip(rows, images, dataset.labels, strict=True):
        np.testing.assert_array_equal(np.asarray(row["image"]), image)
        assert row["label"] == label


def test_hugging_face_opens_what_is_cached_and_sees_a_change(hf, dataset, monkeypatch):
    first = dataset.to_hf()
    with monkeypatch.context() as patched:
        patched.setattr("kuzushiji.datasets.exports.files.png", None)  # a second writing would fail
        again = dataset.to_hf()
    assert again.cache_files == first.cache_files
    changed = Dataset("own", "half-train", 255 - dataset.images, dataset.labels, dataset.classes)
    assert np.asarray(changed.to_hf()[0]["image"])[0, 0] == 255 - dataset.images[0, 0, 0]


def test_tensorflow_gets_its_shape(on_disk, images):
    pytest.importorskip("tensorflow", reason="no extra installs TensorFlow")
    found = on_disk.to_tf()
    assert found.cardinality() == 7
    pairs = list(found.as_numpy_iterator())
    np.testing.assert_allclose(np.stack([image for image, _ in pairs])[..., 0], images[::-1] / 255, rtol=1e-6)
    assert [int(label) for _, label in pairs] == on_disk.labels.tolist()


@pytest.mark.parametrize(
    ("module", "call", "said"),
    [
        ("torch", lambda d: d.to_torch(), r"kuzushiji\[train\]"),
        ("datasets", lambda d: d.to_hf(), r"kuzushiji\[data\]"),
        ("pandas", lambda d: d.to_frame(), r"kuzushiji\[data\]"),
        ("tensorflow", lambda d: d.to_tf(), "pip install tensorflow"),
    ],
)
def test_a_missing_framework_is_one_line(dataset, monkeypatch, module, call, said):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UsageError, match=said):
        call(dataset)


def test_a_data_frame_names_the_characters(dataset):
    pytest.importorskip("pandas", reason='needs the "data" extra')
    frame = dataset.to_frame()
    assert list(frame.columns) == ["label", "char", "codepoint"]
    assert frame["char"].tolist() == list("ああああううい")
    assert frame["codepoint"][6] == "U+3044"


@pytest.fixture
def published(small_k49, kanji, monkeypatch):
    """Small stand-ins of k49 and kkanji, from a mirror."""
    monkeypatch.setenv("KUZUSHIJI_MIRROR", small_k49.as_uri())


def blocks():
    page = Path(__file__).parents[2] / "docs" / "frameworks.md"
    return re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.S)


@pytest.mark.parametrize("block", blocks())
def test_the_examples_of_the_documentation_run(published, hf, block):
    keras = pytest.importorskip("keras")
    pytest.importorskip("torch")

    def network(shape, classes):
        model = keras.Sequential([keras.Input(shape), keras.layers.Flatten(), keras.layers.Dense(classes)])
        model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        return model

    scope = {"model": network((28, 28, 1), 49), "kanji_model": network((1, 64, 64), 3832)}
    exec(block, scope)
    if "loader" in scope:
        images, labels = next(iter(scope["loader"]))
        assert images.shape[1] == 1
        assert len(images) == len(labels) > 0
    if "rows" in scope:
        assert scope["picture"].size == (64, 64)
        assert len(scope["name"]) == 1
