"""The CNN as a scikit-learn classifier."""

from __future__ import annotations

import contextlib
import math
import random
from collections.abc import Iterator
from typing import Any

import numpy as np

from kuzushiji.errors import KuzushijiError, need
from kuzushiji.training.augment import Augment
from kuzushiji.training.examples.assembly import Assembled, Part
from kuzushiji.training.fitting.initial_weights import network
from kuzushiji.training.fitting.loop import Loop
from kuzushiji.training.recipe import Data, Fit, Model, Recipe
from kuzushiji.weights.model import softmax

need("sklearn", extra="evaluate")
from sklearn.base import BaseEstimator, ClassifierMixin  # noqa: E402

_validation = need("sklearn.utils.validation", extra="evaluate")
_multiclass = need("sklearn.utils.multiclass", extra="evaluate")

SMALLEST = 12
"""Least side, in pixels, of what the network sees; smaller images get a black frame."""
_BATCH = 64
_MODEL = Model("residual")
AUGMENT = Augment(rotation=12, scale=0.12, shear=0.15, shift=0.09, elastic=0.03, stroke=0.3, cutout=0.25)
"""What ``augment=True`` does to a training batch."""


class KuzushijiClassifier(ClassifierMixin, BaseEstimator):
    """A residual CNN that follows scikit-learn's rules: it fits, predicts, clones, pickles.

    Args:
        epochs: passes over the data.
        batch_size: images a step.
        learning_rate: peak of the one-cycle schedule.
        optimizer: as in a recipe's ``fit`` table.
        balanced: corrects for unequal class counts (balanced softmax).
        augment: whether training images are shifted, turned, bent and partly hidden; only for images
            (n, h, w), since the features of other data have no neighbours.
        random_state: seed; the same seed and data give the same model.

    Attributes:
        classes_: the labels seen, sorted.
        n_features_in_: pixels of an image.

    X is uint8 or float (n, h, w) or (n, h * w): white ink on black, of any range; the least and the largest
    value seen in training become black and white. Images that are not square get a black frame; a number of
    features that is no square is filled up with black.
    """

    def __init__(
        self,
        *,
        epochs: int = 12,
        batch_size: int = 32,
        learning_rate: float = 0.01,
        optimizer: str = "muon",
        balanced: bool = False,
        augment: bool = True,
        random_state: int | None = 0,
    ) -> None:
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.optimizer = optimizer
        self.balanced = balanced
        self.augment = augment
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> KuzushijiClassifier:  # noqa: N803
        """Trains from scratch.

        Args:
            X: images, see the class.
            y: (n,) labels of any kind.

        Raises:
            ValueError: not such arrays, or fewer than two classes.
            KuzushijiError: the loss is no longer finite.
        """
        X, shape = _flat(X)  # noqa: N806
        X, y = _validation.validate_data(self, X, y, dtype=np.float32)  # noqa: N806
        _multiclass.check_classification_targets(y)
        self.classes_, labels = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y has one class ({self.classes_[0]!r}); a classifier needs two or more")
        self.black_, self.white_ = float(X.min()), float(X.max())
        self.shape_ = shape or (math.ceil(math.sqrt(X.shape[1])),) * 2
        self.side_ = max(SMALLEST, *self.shape_)
        recipe = Recipe(
            data=Data(size=self.side_),
            model=_MODEL,
            augment=AUGMENT if self.augment and shape else Augment(),
            fit=Fit(
                epochs=self.epochs,
                batch_size=min(self.batch_size, len(X)),
                learning_rate=self.learning_rate,
                optimizer=self.optimizer,
                loss="balanced-softmax" if self.balanced else "softmax",
                weight_decay=0.01,
                ema=0.99,
                seed=self._seed(),
            ),
        )
        with _own_random_numbers():
            names = tuple(map(str, range(len(self.classes_))))
            model = network(recipe, names)
            data = Assembled(names, Part(self._glyphs(X), labels.astype(np.int64)), None)
            loop = Loop(model, recipe, data)
            try:
                loop.run()
            except KuzushijiError as e:  # its words are about a recipe and a checkpoint: here is neither
                raise KuzushijiError(
                    f"the loss is no longer finite: set learning_rate below {self.learning_rate:g}"
                ) from e
        self.weights_ = model.get_weights()
        self._model = model
        return self

    def predict_proba(self, X: Any) -> np.ndarray:  # noqa: N803
        """Probabilities (n, classes), uncalibrated, float64, each row summing to 1.

        Raises:
            ValueError: images of another size than those seen in training.
        """
        _validation.check_is_fitted(self)
        X, shape = _flat(X)  # noqa: N806
        X = _validation.validate_data(self, X, dtype=np.float32, reset=False)  # noqa: N806
        if shape and shape != self.shape_ and math.prod(self.shape_) == X.shape[1]:
            seen = " x ".join(map(str, self.shape_))
            raise ValueError(f"X has images of {shape[0]} x {shape[1]} pixels; those of training had {seen}")
        glyphs = self._glyphs(X)
        logits = np.concatenate([self._logits(glyphs[i : i + _BATCH]) for i in range(0, len(X), _BATCH)])
        return softmax(logits)

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803
        """The most probable label of each image (n,)."""
        probabilities = self.predict_proba(X)  # first: it says so when the model is not fitted
        return self.classes_[probabilities.argmax(1)]

    def _logits(self, glyphs: np.ndarray) -> np.ndarray:
        """Logits of at most a batch, always computed on a whole one, so that company changes no digit."""
        batch = np.zeros((_BATCH, 1, self.side_, self.side_), np.float32)
        batch[: len(glyphs), 0] = glyphs / np.float32(255)
        return np.asarray(self._network().predict_on_batch(batch)[: len(glyphs)], np.float64)

    def _network(self) -> Any:
        """The network, rebuilt from its weights after unpickling."""
        if getattr(self, "_model", None) is None:
            recipe = Recipe(data=Data(size=self.side_), model=_MODEL)
            with _own_random_numbers():
                self._model = network(recipe, list(map(str, self.classes_)))
            self._model.set_weights(self.weights_)
        return self._model

    def _glyphs(self, X: np.ndarray) -> np.ndarray:  # noqa: N803
        """uint8 (n, side, side) from float (n, features)."""
        span = max(self.white_ - self.black_, 1e-12)
        grey = np.clip((X - self.black_) / span * 255, 0, 255).round().astype(np.uint8)
        h, w = self.shape_
        top, left = (self.side_ - h) // 2, (self.side_ - w) // 2
        whole = np.zeros((len(X), h * w), np.uint8)
        whole[:, : X.shape[1]] = grey
        glyphs = np.zeros((len(X), self.side_, self.side_), np.uint8)
        glyphs[:, top : top + h, left : left + w] = whole.reshape(-1, h, w)
        return glyphs

    def _seed(self) -> int:
        if self.random_state is None:
            return int(np.random.default_rng().integers(2**31))
        source = need("sklearn.utils", extra="evaluate").check_random_state(self.random_state)
        return self.random_state if isinstance(self.random_state, int) else int(source.randint(2**31))

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the network itself, which is its weights."""
        state: dict[str, Any] = super().__getstate__().copy()
        state.pop("_model", None)
        return state


@contextlib.contextmanager
def _own_random_numbers() -> Iterator[None]:
    """Gives the caller's global random numbers back as they were: Keras seeds them all."""
    python, numpys = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpys)


def _flat(X: Any) -> tuple[Any, tuple[int, int] | None]:  # noqa: N803
    """(n, h, w) as (n, h * w), and h and w: arrays, views of stored images, lists of images."""
    if (isinstance(X, list | tuple) and len(X) and np.ndim(X[0]) == 2) or getattr(X, "ndim", 0) == 3:
        whole = np.asarray(X)
        _, h, w = whole.shape
        return whole.reshape(len(whole), h * w), (h, w)
    return X, None
