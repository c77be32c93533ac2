"""A student learns what its teacher says of the glyphs that both see; who cannot teach is refused."""

import dataclasses

import numpy as np
import pytest
from test_training_loop import RECIPE, made_data, network, weights_after

from kuzushiji.errors import UsageError
from kuzushiji.training import pipeline
from kuzushiji.training.examples import teacher as room
from kuzushiji.training.examples.assembly import Assembled, Part
from kuzushiji.training.examples.label_codes import with_answers
from kuzushiji.training.fitting import losses
from kuzushiji.training.fitting.loop import Loop
from kuzushiji.training.recipe import Data, Export, Fit, Recipe
from kuzushiji.training.shipping import export
from kuzushiji.weights import ModelInfo, open_model

CLASSES = made_data().classes


@pytest.fixture(scope="module")
def teacher_file(tmp_path_factory):
    """A network that has learned level and upright bars, and is then exported with five views."""
    fit = dataclasses.replace(RECIPE.fit, epochs=10, optimizer="muon", learning_rate=0.02)
    loop = Loop(network(), dataclasses.replace(RECIPE, fit=fit), made_data())
    loop.run()
    file = tmp_path_factory.mktemp("teacher") / "model.onnx"
    shifts = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))
    export.write_onnx(loop.model, ModelInfo("bars", CLASSES, 12, shifts=shifts), file)
    return file


def taught(file, **settings) -> Recipe:
    settings = {"teacher": str(file), "teacher_share": 1.0, **settings}
    return dataclasses.replace(RECIPE, fit=dataclasses.replace(RECIPE.fit, **settings))


def loop_of(recipe: Recipe, data: Assembled, checkpoint=None) -> Loop:
    teacher = room.open_teacher(recipe.fit, data.classes)
    return Loop(network(), recipe, data, checkpoint, teacher=teacher)


def accuracy(loop: Loop, part: Part) -> float:
    scores = loop.model.predict_on_batch(part.images[:, None].astype(np.float32) / 255)
    return float((scores.argmax(1) == part.labels).mean())


def test_a_student_learns_the_teachers_classes_where_labels_are_chance(teacher_file):
    data = made_data()
    wrong = np.random.default_rng(3).integers(0, 2, len(data.train))
    chance = Assembled(data.classes, Part(data.train.images, wrong), None)
    with_teacher = loop_of(taught(teacher_file, epochs=8, optimizer="muon", learning_rate=0.02), chance)
    with_teacher.run()
    assert accuracy(with_teacher, data.train) > 0.95


def test_the_share_decides_between_label_and_teacher(teacher_file):
    """Labels and teacher contradict each other: whoever has the larger share is believed."""
    data = made_data()
    crossed = Assembled(data.classes, Part(data.train.images, 1 - data.train.labels), None)
    seen = []
    for share in (0.02, 0.98):
        settings = {"epochs": 8, "optimizer": "muon", "learning_rate": 0.02, "teacher_temperature": 1.0}
        loop = loop_of(taught(teacher_file, teacher_share=share, **settings), crossed)
        loop.run()
        seen.append(accuracy(loop, data.train))
    assert seen[0] < 0.1
    assert seen[1] > 0.9


def test_the_teacher_sees_the_glyphs_of_the_step_in_one_view(teacher_file):
    seen = []

    class Overheard(room.Teacher):
        def __call__(self, glyphs):
            seen.append((glyphs.copy(), super().__call__(glyphs)))
            return seen[-1][1]

    recipe, data = taught(teacher_file, epochs=1), made_data()
    loop = Loop(network(), recipe, data, teacher=Overheard(open_model(teacher_file, 1), CLASSES))
    given, step = [], loop.model.train_on_batch
    loop.model.train_on_batch = lambda x, y: given.append((x, y)) or step(x, y)
    loop.run()
    plain = open_model(teacher_file, 1)
    plain.info = dataclasses.replace(plain.info, shifts=())
    assert len(seen) == len(given) == 6
    for (glyphs, answers), (x, y) in zip(seen, given, strict=True):
        np.testing.assert_array_equal(glyphs, x[:, 0])
        np.testing.assert_array_equal(y[:, 1:], answers)
        np.testing.assert_allclose(answers, plain.logits(np.rint(255 * glyphs).astype(np.uint8)), atol=1e-5)
    assert any((glyphs != data.train.images[:16] / np.float32(255)).any() for glyphs, _ in seen)


def test_the_loss_is_the_divergence_times_the_squared_temperature_and_the_labels_share():
    from keras import ops

    rng = np.random.default_rng(0)
    said, answers = rng.normal(size=(2, 4, 3)).astype(np.float32)
    labels = np.array([0, 2, 1, 1])

    def p(logits, t):
        e = np.exp(logits / t)
        return e / e.sum(1, keepdims=True)

    apart = (p(answers, 2) * np.log(p(answers, 2) / p(said, 2))).sum(1).mean()
    of_labels = -np.log(p(said, 1)[np.arange(4), labels]).mean()
    loss = losses.with_teacher(losses.make("softmax", np.ones(3)), share=0.3, temperature=2.0)
    packed = ops.convert_to_tensor(with_answers(labels, answers))
    value = float(ops.convert_to_numpy(loss(packed, ops.convert_to_tensor(said))))
    assert value == pytest.approx(0.3 * 4 * apart + 0.7 * of_labels, rel=1e-5)
    same = losses.with_teacher(losses.make("softmax", np.ones(3)), share=1.0, temperature=2.0)
    assert float(same(packed, packed[:, 1:])) == pytest.approx(0, abs=1e-6)


def test_a_loss_of_ones_own_gets_the_labels_as_whole_numbers(teacher_file):
    from keras import ops

    seen = []

    def own(labels, logits):
        seen.append(ops.convert_to_numpy(labels))
        return ops.mean(logits * 0.0) + 7.0

    recipe = taught(teacher_file, epochs=1, teacher_share=0.5)
    teacher = room.open_teacher(recipe.fit, CLASSES)
    Loop(network(), recipe, made_data(), loss=own, teacher=teacher).run()
    assert len(seen) >= 6  # Keras tries a loss once before the first step
    assert all(s.shape == (16,) and s.dtype.kind == "i" and set(s) <= {0, 1} for s in seen)


def test_interrupted_and_resumed_with_a_teacher_ends_the_same(teacher_file, tmp_path):
    recipe = taught(teacher_file, teacher_share=0.5, checkpoint_minutes=0)
    whole = weights_after(loop_of(recipe, made_data()))

    class StopError(Exception):
        pass

    def stop(progress):
        if progress.step == 9:
            raise StopError

    with pytest.raises(StopError):
        loop_of(recipe, made_data(), tmp_path / "c.npz").run(on_step=stop)
    import keras

    keras.utils.set_random_seed(99)
    second = loop_of(recipe, made_data(), tmp_path / "c.npz")
    second.resume()
    assert 0 < second.step < 9
    for a, b in zip(whole, weights_after(second), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_teacher_may_know_more_classes_in_another_order(teacher_file):
    few = room.Teacher(open_model(teacher_file, 1), CLASSES[::-1])
    all_of_them = room.Teacher(open_model(teacher_file, 1), CLASSES)
    glyphs = made_data().train.images[:5] / np.float32(255)
    np.testing.assert_array_equal(few(glyphs), all_of_them(glyphs)[:, ::-1])


def test_a_teacher_of_smaller_glyphs_is_shown_the_students_in_its_own_size(teacher_file):
    part = made_data().train
    large = part.images.repeat(2, 1).repeat(2, 2) / np.float32(255)
    said = room.Teacher(open_model(teacher_file, 1), CLASSES)(large)
    assert (said.argmax(1) == part.labels).mean() > 0.95


@pytest.mark.parametrize(
    ("classes", "settings", "says"),
    [
        (("一", "猫"), {}, "bars has not learned 1 of the 2 classes, such as 猫"),
        (CLASSES, {"teacher_share": 0.0}, "teacher_share is 0.0"),
        (CLASSES, {"teacher_share": 1.5}, "teacher_share is 1.5"),
        (CLASSES, {"teacher_temperature": 0.0}, "teacher_temperature is 0.0"),
        (CLASSES, {"teacher": "nobody"}, "no model 'nobody'"),
    ],
)
def test_teachers_who_cannot_teach_are_refused_in_one_line(teacher_file, classes, settings, says):
    with pytest.raises(UsageError, match=says) as e:
        room.open_teacher(taught(teacher_file, **settings).fit, classes)
    assert "\n" not in str(e.value)


def test_no_teacher_is_none():
    assert room.open_teacher(Fit(), CLASSES) is None


def test_a_run_with_a_teacher_of_other_classes_leaves_no_folder(teacher_file, tmp_path, monkeypatch):
    monkeypatch.setattr(
        pipeline, "assemble", lambda data: dataclasses.replace(made_data(), classes=("一", "猫"))
    )
    recipe = dataclasses.replace(taught(teacher_file), data=Data(size=12))
    with pytest.raises(UsageError, match="猫"):
        pipeline.train(recipe, tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_the_calibrating_training_has_no_teacher_who_has_seen_its_hold_out():
    recipe = Recipe(fit=Fit(teacher="kmnist"), export=Export(calibration_epochs=2))
    assert pipeline.calibration_recipe(recipe).fit.teacher == ""
    assert recipe.fit.teacher == "kmnist"
