import numpy as np
import pytest

from kuzushiji.errors import UsageError
from kuzushiji.training.fitting import losses


def value(loss, labels, logits) -> float:
    from keras import ops

    return float(
        ops.convert_to_numpy(loss(np.array(labels), ops.convert_to_tensor(np.array(logits, np.float32))))
    )


def test_softmax_is_cross_entropy():
    logits = np.array([[2.0, 0.0, -1.0], [0.5, 0.5, 0.5]])
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    expected = -np.log([p[0, 1], p[1, 2]]).mean()
    assert value(losses.make("softmax", np.ones(3, int)), [1, 2], logits) == pytest.approx(expected, rel=1e-5)


def test_label_smoothing_is_a_mixture_with_the_even_distribution():
    logits = np.array([[2.0, 0.0, -1.0]])
    log_p = logits - np.log(np.exp(logits).sum())
    target = np.array([0.1 / 3 + 0.9, 0.1 / 3, 0.1 / 3])
    loss = losses.make("softmax", np.ones(3, int), label_smoothing=0.1)
    assert value(loss, [0], logits) == pytest.approx(-(target * log_p).sum(), rel=1e-5)


def test_balanced_softmax_adds_the_log_prior():
    counts = np.array([90, 9, 1])
    balanced = losses.make("balanced-softmax", counts)
    plain = losses.make("softmax", counts)
    logits = np.array([[0.3, -0.2, 0.1]])
    expected = value(plain, [2], logits + np.log(counts / 100))
    assert value(balanced, [2], logits) == pytest.approx(expected, rel=1e-5)
    assert value(balanced, [2], logits) > value(plain, [2], logits)


def test_a_class_without_images_is_no_infinity():
    assert np.isfinite(value(losses.make("balanced-softmax", np.array([5, 0])), [0], [[0.0, 0.0]]))


def test_unknown_loss():
    with pytest.raises(UsageError, match="balanced-softmax"):
        losses.make("focal", np.ones(2, int))
