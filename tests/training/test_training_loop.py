"""Training that can be trusted: the same seed gives the same weights, killed or not."""

import dataclasses
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kuzushiji.errors import KuzushijiError
from kuzushiji.training.augment import Augment
from kuzushiji.training.examples.assembly import Assembled, Part
from kuzushiji.training.examples.teacher import open_teacher
from kuzushiji.training.fitting import checkpoint
from kuzushiji.training.fitting.loop import Loop
from kuzushiji.training.recipe import Fit, Recipe
from kuzushiji.training.shipping import export
from kuzushiji.weights import ModelInfo


def made_data(n: int = 96) -> Assembled:
    """Two classes, an upright and a level bar, easily learned."""
    rng = np.random.default_rng(0)
    labels = np.arange(n) % 2
    images = rng.integers(0, 40, (n, 12, 12), np.uint8)
    for image, label in zip(images, labels, strict=True):
        at = rng.integers(3, 8)
        image[(slice(None), slice(at, at + 2)) if label else (slice(at, at + 2), slice(None))] = 230
    part = Part(images, labels.astype(np.int64))
    return Assembled(("一", "丨"), part, Part(images[:20], labels[:20].astype(np.int64)))


RECIPE = Recipe(
    augment=Augment(shift=0.05, cutout=0.2),
    fit=Fit(epochs=3, batch_size=16, learning_rate=0.05, ema=0.9, weight_decay=1e-3),
)


def network():
    import keras

    from kuzushiji import models

    keras.utils.set_random_seed(0)
    return models.create("residual", 2, 12, stem=[4], widths=[4, 8], tail=0, dropout=0.3)


def weights_after(loop: Loop) -> list[np.ndarray]:
    loop.run()
    return [np.array(w.numpy()) for w in loop.model.weights]


@pytest.mark.parametrize("bfloat16", [False, True])
@pytest.mark.parametrize("optimizer", ["sgd", "muon"])
def test_learns_and_repeats(optimizer, bfloat16):
    fit = dataclasses.replace(RECIPE.fit, optimizer=optimizer, epochs=6, bfloat16=bfloat16)
    recipe = dataclasses.replace(RECIPE, fit=fit)
    seen = []
    first = Loop(network(), recipe, made_data())
    first.run(on_epoch=seen.append)
    again = weights_after(Loop(network(), recipe, made_data()))
    for a, b in zip(first.model.weights, again, strict=True):
        np.testing.assert_array_equal(a.numpy(), b)
    assert seen[-1].loss < seen[0].loss
    assert [r.epoch for r in seen] == [1, 2, 3, 4, 5, 6]


def test_another_seed_gives_other_weights():
    other = dataclasses.replace(RECIPE, fit=dataclasses.replace(RECIPE.fit, seed=1))
    a, b = (
        weights_after(Loop(network(), RECIPE, made_data())),
        weights_after(Loop(network(), other, made_data())),
    )
    assert max(np.abs(x - y).max() for x, y in zip(a, b, strict=True)) > 1e-3


def test_a_loss_of_ones_own_takes_the_place_of_the_recipes():
    from keras import ops

    def indifferent(labels, logits):
        return 7.0 + 0.0 * ops.mean(logits)

    fit = dataclasses.replace(RECIPE.fit, epochs=1, weight_decay=0.0, ema=0.0)
    seen, loop = [], Loop(network(), dataclasses.replace(RECIPE, fit=fit), made_data(), loss=indifferent)
    before = [np.array(w.numpy()) for w in loop.model.trainable_weights]
    loop.run(on_epoch=seen.append)
    assert seen[0].loss == pytest.approx(7.0)
    for old, new in zip(before, loop.model.trainable_weights, strict=True):
        np.testing.assert_array_equal(old, new.numpy())  # a loss without a slope teaches nothing


def test_interrupted_within_an_epoch_and_resumed_ends_the_same(tmp_path):
    whole = weights_after(Loop(network(), RECIPE, made_data(), tmp_path / "whole.npz"))

    class StopError(Exception):
        pass

    def stop(progress):
        if progress.step == 9:  # in the second epoch of six steps
            raise StopError

    recipe = dataclasses.replace(RECIPE, fit=dataclasses.replace(RECIPE.fit, checkpoint_minutes=0))
    with pytest.raises(StopError):
        Loop(network(), recipe, made_data(), tmp_path / "c.npz").run(on_step=stop)
    import keras

    keras.utils.set_random_seed(99)  # a new process would have drawn otherwise
    second = Loop(network(), recipe, made_data(), tmp_path / "c.npz")
    second.resume()
    assert 0 < second.step < 9
    for a, b in zip(whole, weights_after(second), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_run_killed_while_an_epoch_is_measured_or_within_one_loses_no_line(tmp_path):
    class StopError(Exception):
        pass

    recipe = dataclasses.replace(RECIPE, fit=dataclasses.replace(RECIPE.fit, checkpoint_minutes=0))
    whole, lines, told = [], {}, []
    Loop(network(), recipe, made_data()).run(on_epoch=whole.append)

    def die(record):
        if record.epoch == 2:
            raise StopError

    def stop(progress):
        told.append(progress.step)
        if progress.step == 16 and told.count(16) == 1:  # within the third epoch
            raise StopError

    for _ in range(3):
        loop = Loop(network(), recipe, made_data(), tmp_path / "c.npz")
        if (tmp_path / "c.npz").exists():
            loop.resume()
        fatal = die if not lines else lambda record: None
        try:
            loop.run(on_epoch=lambda r, f=fatal: (f(r), lines.update({r.epoch: r})), on_step=stop)
        except StopError:
            continue
    assert [lines[e].loss for e in (1, 2, 3)] == pytest.approx([r.loss for r in whole], rel=1e-6)
    assert [lines[e].validation_loss for e in (1, 2, 3)] == [r.validation_loss for r in whole]


CHILD = """
import sys; sys.path.insert(0, {tests!r})
from pathlib import Path
from test_training_loop import Loop, RECIPE, dataclasses, made_data, network, open_teacher
import numpy as np, time
fit = dataclasses.replace(RECIPE.fit, checkpoint_minutes=0, teacher={teacher!r})
recipe, teacher = dataclasses.replace(RECIPE, fit=fit), open_teacher(fit, made_data().classes)
loop = Loop(network(), recipe, made_data(), Path({checkpoint!r}), teacher=teacher)
if Path({checkpoint!r}).exists(): loop.resume()
loop.run(on_step=lambda p: (print(p.step, flush=True), time.sleep({pause})))
np.savez({out!r}, *[w.numpy() for w in loop.model.weights])
"""


@pytest.mark.parametrize("taught", [False, True])
def test_kill_9_and_resume_ends_the_same(tmp_path, taught):
    fit = RECIPE.fit
    if taught:
        export.write_onnx(network(), ModelInfo("bars", made_data().classes, 12), tmp_path / "teacher.onnx")
        fit = dataclasses.replace(fit, teacher=str(tmp_path / "teacher.onnx"))
    tests, checkpoint, out = str(Path(__file__).parent), str(tmp_path / "c.npz"), str(tmp_path / "w.npz")

    def child(pause):
        code = CHILD.format(tests=tests, checkpoint=checkpoint, teacher=fit.teacher, out=out, pause=pause)
        return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)

    first = child(pause=0.05)
    for line in first.stdout:
        if int(line) >= 8:
            first.send_signal(signal.SIGKILL)
            break
    first.wait()
    assert not os.path.exists(out)
    second = child(pause=0)
    steps = [int(line) for line in second.stdout]
    assert second.wait() == 0
    assert steps[0] > 1
    with np.load(out) as f:
        resumed = [f[k] for k in f.files]
    teacher = open_teacher(fit, made_data().classes)
    whole = Loop(network(), dataclasses.replace(RECIPE, fit=fit), made_data(), teacher=teacher)
    for a, b in zip(weights_after(whole), resumed, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_loss_that_is_not_finite_stops_with_a_line_and_keeps_the_checkpoint(tmp_path):
    file = tmp_path / "c.npz"
    loop = Loop(network(), RECIPE, made_data(), file)
    loop.run()
    before = file.read_bytes()
    wild = dataclasses.replace(RECIPE, fit=dataclasses.replace(RECIPE.fit, learning_rate=1e30, ema=0.0))
    with pytest.raises(KuzushijiError, match=r"loss is (nan|inf).*lower fit.learning_rate"):
        Loop(network(), wild, made_data(), file).run()
    assert file.read_bytes() == before


def test_a_full_disk_keeps_the_last_good_checkpoint(tmp_path, monkeypatch):
    file = tmp_path / "c.npz"
    checkpoint.save(file, {"step": np.array(7)})

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(KuzushijiError, match="No space left on device; the last good one is kept"):
        checkpoint.save(file, {"step": np.array(8)})
    with pytest.raises(KuzushijiError, match="No space left on device; make room"):
        checkpoint.save(tmp_path / "first.npz", {"step": np.array(8)})
    monkeypatch.undo()
    assert checkpoint.load(file)["step"] == 7
    assert not list(tmp_path.glob("*.part"))


def test_weights_that_answer_nothing_finite_do_not_replace_a_good_checkpoint(tmp_path):
    """An update can wreck the weights after a finite loss: the next save must not keep them."""
    file = tmp_path / "c.npz"
    Loop(network(), RECIPE, made_data(), file).run()
    good = file.read_bytes()
    fit = dataclasses.replace(RECIPE.fit, learning_rate=1e30, checkpoint_minutes=0, schedule="constant")
    with pytest.raises(KuzushijiError, match=r"no finite answers at step .* is kept"):
        Loop(network(), dataclasses.replace(RECIPE, fit=fit), made_data(), file).run()
    assert file.read_bytes() == good


def test_checkpoints_that_cannot_serve_are_named(tmp_path):
    with pytest.raises(KuzushijiError, match="nothing to resume"):
        checkpoint.load(tmp_path / "none.npz")
    (tmp_path / "bad.npz").write_bytes(b"PK\x03\x04 half")
    with pytest.raises(KuzushijiError, match="cannot be read"):
        checkpoint.load(tmp_path / "bad.npz")
    loop = Loop(network(), RECIPE, made_data(), tmp_path / "c.npz")
    with pytest.raises(KuzushijiError, match="another network"):
        checkpoint.restore(loop.model, loop.average, {"step": np.array(1)})


def test_sampling_power_zero_shows_classes_evenly():
    data = made_data(100)
    keep = np.flatnonzero((data.train.labels == 0) | (np.arange(100) < 10))
    rare = Assembled(data.classes, Part(data.train.images[keep], data.train.labels[keep]), None)
    fit = dataclasses.replace(RECIPE.fit, sampling_power=0.0, batch_size=8)
    loop = Loop(network(), dataclasses.replace(RECIPE, fit=fit), rare)
    drawn = np.concatenate([rare.train.labels[loop.batches.order(e)] for e in range(20)])
    assert 0.4 < drawn.mean() < 0.6
    assert rare.train.labels.mean() < 0.15


def test_speed_and_time_left_are_told():
    told = []
    Loop(network(), RECIPE, made_data()).run(on_step=told.append)
    assert [p.step for p in told] == list(range(1, 19))
    assert told[-1].seconds_left == 0
    assert told[0].seconds_left > 0
    assert all(p.images_per_second > 0 for p in told)
