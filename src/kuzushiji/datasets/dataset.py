"""The one shape in which every data set arrives: images, labels, classes."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from kuzushiji.errors import need


class ImageView:
    """Some images of a stored array, copied only when asked for; behaves as a read-only uint8 ndarray (n, h,
    w).

    ``len``, ``shape``, ``dtype``, ``ndim``, iteration, ``np.asarray`` and indexing by integer, slice, index
    array or boolean mask, also followed by pixel indices (``view[:8, 2:-2]``); indexing returns ndarrays. A
    memory-mapped base stays on disk: only the images that are indexed are read.

    >>> view = ImageView(np.arange(12, dtype=np.uint8).reshape(3, 2, 2), np.array([2, 0]))
    >>> view.shape, view[0].tolist()
    ((2, 2, 2), [[8, 9], [10, 11]])
    """

    ndim = 3

    def __init__(self, base: np.ndarray, rows: np.ndarray) -> None:
        """Keeps both without copying.

        Args:
            base: uint8 (m, h, w), usually memory-mapped.
            rows: integer (n,), the images of ``base`` in the order of this view.
        """
        self._base = base
        self._rows = rows

    @property
    def shape(self) -> tuple[int, int, int]:
        """(n, h, w)."""
        return (len(self._rows), self._base.shape[1], self._base.shape[2])

    @property
    def dtype(self) -> np.dtype:
        """uint8."""
        return self._base.dtype

    @property
    def nbytes(self) -> int:
        """Bytes that ``np.asarray`` would take."""
        return len(self) * self._base.shape[1] * self._base.shape[2] * self.dtype.itemsize

    @property
    def rows(self) -> np.ndarray:
        """int (n,), where in the stored array each image is."""
        return self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[np.ndarray]:
        return (np.array(self._base[r]) for r in self._rows)

    def __getitem__(self, key: Any) -> np.ndarray:
        first, rest = (key[0], key[1:]) if isinstance(key, tuple) and key else (key, ())
        if first is Ellipsis or first is None:
            return np.asarray(self)[key]
        taken = np.array(self._base[self._rows[first]])
        if not rest:
            return taken
        return taken[rest] if taken.ndim == 2 else taken[(slice(None), *rest)]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if copy is False:
            raise ValueError("an ImageView cannot become an array without a copy")
        taken = np.array(self._base[self._rows])
        return taken if dtype is None else taken.astype(dtype, copy=False)

    def __reduce__(self) -> tuple[Any, ...]:
        # A worker process opens the file again: pickling a memory-mapped array would copy all of it.
        base = self._base
        if isinstance(base, np.memmap) and isinstance(base.base, mmap.mmap) and base.filename:
            return _opened_again, (str(base.filename), base.dtype, base.offset, base.shape, self._rows)
        return ImageView, (base, self._rows)

    def __repr__(self) -> str:
        return f"ImageView(shape={self.shape}, dtype={self.dtype})"


def _opened_again(
    path: str, dtype: np.dtype, offset: int, shape: tuple[int, ...], rows: np.ndarray
) -> ImageView:
    return ImageView(np.memmap(path, dtype, "r", offset, shape), rows)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Labelled character images.

    Unpacks as ``images, labels = dataset``.

    Attributes:
        name: the set's name, or the path of one's own data.
        split: which part.
        images: uint8 (n, h, w), white ink (255) on black (0); an ndarray, or an :class:`ImageView` of a file.
        labels: int64 (n,), index into ``classes``.
        classes: the character of each label.

    >>> d = Dataset("own", "all", np.zeros((2, 28, 28), np.uint8), np.array([0, 1]), ("あ", "い"))
    >>> len(d), d
    (2, Dataset(own/all: 2 images 28x28, 2 classes))
    """

    name: str
    split: str
    images: np.ndarray | ImageView
    labels: np.ndarray
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[Any]:
        return iter((self.images, self.labels))

    def __repr__(self) -> str:
        h, w = self.images.shape[1:]
        return f"Dataset({self.name}/{self.split}: {len(self)} images {h}x{w}, {len(self.classes)} classes)"

    def class_weights(self, power: float = 1.0) -> dict[int, float]:
        """A weight for each class, against imbalance: mean 1 over the images.

        See `kuzushiji.datasets.frameworks.balance.class_weights`.

        >>> d = Dataset("own", "all", np.zeros((3, 28, 28), np.uint8), np.array([0, 0, 1]), ("あ", "い"))
        >>> d.class_weights()
        {0: 0.75, 1: 1.5}
        """
        from kuzushiji.datasets.frameworks import balance

        return balance.class_weights(self.labels, power)

    def sample_weights(self, power: float = 1.0) -> np.ndarray:
        """A weight for each image, float64 (n,): that of its class; see `class_weights`."""
        from kuzushiji.datasets.frameworks import balance

        return balance.sample_weights(self.labels, power)

    def to_torch(self, transform: Callable[..., Any] | None = None) -> Any:
        """A ``torch.utils.data.Dataset`` of (float32 (1, h, w) in [0, 1], int); images are read when indexed.

        Args:
            transform: is given the tensor of an image, and what it returns takes its place.

        Raises:
            UsageError: PyTorch is not installed.
        """
        need("torch", extra="train")
        from kuzushiji.datasets.frameworks.to_torch import TorchImages

        return TorchImages(self, transform)

    def to_hf(self, streaming: bool = False) -> Any:
        """A ``datasets.Dataset`` of Hugging Face; see `kuzushiji.datasets.frameworks.to_hf.to_hf`."""
        from kuzushiji.datasets.frameworks.to_hf import to_hf

        return to_hf(self, streaming)

    def to_tf(self) -> Any:
        """A ``tf.data.Dataset``; see `kuzushiji.datasets.frameworks.to_tf.to_tf`."""
        from kuzushiji.datasets.frameworks.to_tf import to_tf

        return to_tf(self)

    def to_frame(self) -> Any:
        """A pandas data frame with a row per image: ``label``, ``char`` and ``codepoint``.

        Raises:
            UsageError: pandas is not installed (extra ``data``).
        """
        pandas = need("pandas", extra="data")
        chars = [self.classes[label] for label in self.labels]
        points = [" ".join(f"U+{ord(c):04X}" for c in char) for char in chars]
        return pandas.DataFrame({"label": self.labels, "char": chars, "codepoint": points})
