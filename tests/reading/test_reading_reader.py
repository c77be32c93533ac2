import io
import itertools
import threading

import numpy as np
import pytest
from PIL import Image

import kuzushiji
from kuzushiji import images
from kuzushiji.errors import ErrorCode, UsageError
from kuzushiji.images import Reason
from kuzushiji.images.brush import draw
from kuzushiji.images.samples import STROKES
from kuzushiji.reading import Reader
from kuzushiji.reading.pauses import PAUSE
from kuzushiji.weights.info import NEVER
from kuzushiji.weights.model import BATCH


@pytest.fixture
def reader(tiny_model):
    return Reader(tiny_model(sure_threshold=0.9), threads=2)


@pytest.fixture
def files(tmp_path, glyphs):
    """One PNG for each glyph."""
    paths = [tmp_path / f"{i}.png" for i in range(len(glyphs))]
    for path, glyph in zip(paths, glyphs, strict=True):
        Image.fromarray(glyph).save(path)
    return paths


def chars(readings):
    return "".join(reading.candidates[0].char if reading.candidates else "!" for reading in readings)


def test_every_kind_of_picture_is_read(reader, files, glyphs):
    png = io.BytesIO()
    Image.fromarray(glyphs[1]).save(png, "PNG")
    items = [
        files[0],
        str(files[1]),
        files[2].read_bytes(),
        glyphs[0],
        Image.fromarray(glyphs[1]),
        png.getvalue(),
    ]
    readings = reader.read(items)
    assert chars(readings) == "かきくかきき"
    assert [r.file for r in readings] == [str(files[0]), str(files[1]), "#2", "#3", "#4", "#5"]
    assert all(r.sure and r.error is None for r in readings)


@pytest.mark.parametrize("one", ["path", "text", "bytes", "array", "colour", "pillow"])
def test_one_picture_needs_no_list(reader, files, glyphs, one):
    item = {
        "path": files[1],
        "text": str(files[1]),
        "bytes": files[1].read_bytes(),
        "array": glyphs[1],
        "colour": np.repeat(glyphs[1][..., None], 3, axis=2),
        "pillow": Image.fromarray(glyphs[1]),
    }[one]
    assert chars(reader.read(item)) == "き"


def test_a_stack_and_a_generator_are_several(reader, glyphs):
    assert chars(reader.read(glyphs)) == "かきく"
    assert chars(reader.read(iter(glyphs))) == "かきく"
    assert reader.read([]) == []


def test_order_is_kept_over_many_batches_with_bad_ones_between(reader, files, tmp_path):
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture")
    order = [0, 1, 2, None] * (BATCH // 2)
    readings = reader.read(files[i] if i is not None else bad for i in order)
    assert chars(readings) == "かきく!" * (BATCH // 2)
    assert {r.error for r in readings if r.file == str(bad)} == {
        next(r.error for r in readings if r.error is not None)
    }


def test_each_bad_input_has_its_reason(reader, files, tmp_path):
    (tmp_path / "empty.png").touch()
    (tmp_path / "half.png").write_bytes(files[0].read_bytes()[:40])
    (tmp_path / "folder").mkdir()
    bad = [tmp_path / name for name in ("missing.png", "empty.png", "half.png", "folder")]
    readings = reader.read([*bad, files[0], np.zeros((0, 5), np.uint8), object()])
    assert chars(readings) == "!!!!か!!"
    for reading in readings:
        assert reading.candidates or (reading.error and "\n" not in reading.error)
        assert not (reading.error and reading.sure)
    assert readings[3].error.endswith("no images in this folder")
    assert readings[3].error_code is ErrorCode.EMPTY_FOLDER


def test_candidates_are_ranked_and_limited(reader, glyphs):
    mixed = np.maximum(glyphs[0], glyphs[1] // 2)
    [reading] = reader.read(mixed, top=2)
    assert [c.char for c in reading.candidates] == ["か", "き"]
    assert reading.candidates[0].probability > reading.candidates[1].probability
    assert len(reader.read(mixed, top=99)[0].candidates) == 3
    with pytest.raises(UsageError, match="top"):
        reader.read(mixed, top=0)


def test_a_close_race_is_not_sure_and_says_so(reader, glyphs):
    [reading] = reader.read(np.maximum(glyphs[0], glyphs[1]), top=1)
    assert not reading.sure
    assert reading.reason_codes == (Reason.CLOSE,)
    assert reading.reasons == ("the best two candidates are close",)


@pytest.mark.parametrize("width", [0.1, 0.2, 0.24])
def test_a_glyph_made_beforehand_is_judged_as_its_picture_is(tiny_model, tmp_path, width):
    pages = []
    for strokes in STROKES.values():
        ink = draw(strokes, 120, width)
        inked = np.ix_(ink.max(1) > 127, ink.max(0) > 127)
        pages.append(225 - np.pad(ink[inked], 6) // 3 * 2)
    templates = np.stack([images.to_glyph(page, 56) for page in pages])
    reader = Reader(tiny_model(templates, tuple(STROKES), size=56, sharpness=200.0, sure_threshold=0.5))
    apart = reader.read_glyphs(np.stack([images.framings(page, 56)[0] for page in pages]))
    assert [(r.candidates[0].char, r.sure, r.reason_codes) for r in reader.read(pages)] == [
        (r.candidates[0].char, r.sure, r.reason_codes) for r in apart
    ]


def test_the_models_threshold_decides(tiny_model, glyphs, tmp_path):
    faint = tiny_model(sharpness=2.0, sure_threshold=0.9, path=tmp_path / "faint.onnx")
    assert Reader(faint).read(glyphs[0])[0].reason_codes == (Reason.BELOW_THRESHOLD,)
    lax = tiny_model(sharpness=2.0, sure_threshold=0.5, path=tmp_path / "lax.onnx")
    assert Reader(lax).read(glyphs[0])[0].sure


def test_a_model_without_calibration_is_not_even_sure_of_a_probability_of_one(tiny_model, glyphs, tmp_path):
    loud = tiny_model(sharpness=200.0, sure_threshold=NEVER, path=tmp_path / "loud.onnx")
    [reading] = Reader(loud).read(glyphs[0])
    assert reading.candidates[0].probability == 1
    assert not reading.sure
    assert reading.reason_codes == (Reason.NEVER_SURE,)


def test_a_trace_of_the_other_form_of_a_kanji_leaves_a_doubt(tiny_model, glyphs, tmp_path):
    """盃 and 杯 are one kanji, 猫 is another: the same small share is no doubt where it is 猫's."""
    mixed = np.maximum(glyphs[0], glyphs[1] // 4)
    for second, sure in (("杯", False), ("猫", True)):
        path = tmp_path / f"{second}.onnx"
        model = tiny_model(classes=("盃", second, "犬"), sure_threshold=0.9, sharpness=5.0, path=path)
        [reading] = Reader(model).read(mixed, top=1)
        assert reading.candidates[0].char == "盃"
        assert reading.candidates[0].variants == ("杯",)
        assert 0.9 < reading.candidates[0].probability < 0.998
        assert reading.sure == sure
        assert reading.reason_codes == (() if sure else (Reason.OTHER_FORM,))


def test_blank_paper_is_never_sure(reader):
    for blank in (np.zeros((28, 28), np.uint8), np.full((90, 60), 235, np.uint8)):
        [reading] = reader.read(blank)
        assert reading.error is None
        assert not reading.sure
        assert reading.reason_codes == (Reason.BLANK,)


def test_glyphs_that_are_ready_need_no_conversion(reader, glyphs):
    readings = reader.read_glyphs(np.concatenate([glyphs, np.zeros((1, 28, 28), np.uint8)]))
    assert chars(readings[:3]) == "かきく"
    assert [r.sure for r in readings] == [True, True, True, False]


def test_framings_of_a_doubtful_glyph_count_by_their_mean_logits(reader, glyphs):
    unclear = np.maximum(glyphs[0], glyphs[1])
    mixed = np.stack([[unclear, glyphs[0], glyphs[0]], [glyphs[2], glyphs[0], glyphs[0]], [unclear] * 3])
    first, second, third = reader.read_glyphs(mixed)
    expected = reader.model.calibrated(reader.model.logits(mixed[0]).mean(0, keepdims=True))[0]
    assert [c.char for c in first.candidates[:2]] == ["か", "き"]
    np.testing.assert_allclose([c.probability for c in first.candidates[:2]], expected[:2], rtol=1e-5)
    (alone, unaided) = reader.read_glyphs(np.stack([glyphs[2], unclear]))
    assert second.candidates[0] == alone.candidates[0]  # sure at first sight: the others are not asked
    np.testing.assert_allclose(third.candidates[0].probability, unaided.candidates[0].probability, rtol=1e-5)
    assert first.sure
    assert not third.sure


def test_other_framings_are_read_only_of_a_photograph_that_leaves_a_doubt(reader, glyphs, monkeypatch):
    read = []
    logits = reader.model.logits
    monkeypatch.setattr(reader.model, "logits", lambda given: read.append(len(given)) or logits(given))
    clear, unclear = (np.pad(255 - each, 4, constant_values=255) for each in (glyphs[0], glyphs.max(0)))
    blank = np.full((90, 60), 235, np.uint8)
    assert len(reader.read([clear, unclear, np.maximum(glyphs[0], glyphs[1]), blank])) == 4
    assert read == [4, 2]


@pytest.mark.parametrize("threads", [1, 3, 8])
def test_every_thread_has_a_batch_to_work_on(tiny_model, glyphs, threads):
    together = threading.Barrier(threads, timeout=30)
    reader = Reader(tiny_model(), threads=threads)
    reader.model.logits = lambda given, read=reader.model.logits: together.wait() + 1 and read(given)
    assert len(reader.read(glyphs[0] for _ in range(threads * BATCH))) == threads * BATCH


def test_items_are_taken_only_as_needed(reader, glyphs):
    taken = 0

    def endless():
        nonlocal taken
        for glyph in itertools.cycle(glyphs):
            taken += 1
            yield glyph

    readings = reader.stream(endless())
    assert chars(itertools.islice(readings, 3)) == "かきく"
    readings.close()
    assert taken <= 8 * BATCH


def test_an_error_of_the_items_themselves_is_not_swallowed(reader, glyphs):
    def broken():
        yield from glyphs
        raise RuntimeError("the list broke")

    with pytest.raises(RuntimeError, match="the list broke"):
        reader.read(broken())


def test_threads_must_be_positive(tiny_model):
    with pytest.raises(UsageError, match="threads"):
        Reader(tiny_model(), threads=0)


def test_the_package_offers_it_at_the_top():
    assert kuzushiji.Reader is Reader


def test_what_came_before_a_pause_is_read_before_more_is_taken(tiny_model, glyphs):
    taken = []

    def items():
        for number, item in enumerate([glyphs[0], PAUSE, PAUSE, glyphs[1], glyphs[2], PAUSE, glyphs[0]]):
            taken.append(number)
            yield item

    readings = Reader(tiny_model(), threads=2).stream(items())
    assert [(next(readings).file, taken[-1]) for _ in range(3)] == [("#0", 1), ("#1", 5), ("#2", 5)]
    assert [reading.file for reading in readings] == ["#3"]
