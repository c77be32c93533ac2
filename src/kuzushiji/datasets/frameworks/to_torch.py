"""A data set for PyTorch: tensors are made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

if TYPE_CHECKING:
    from kuzushiji.datasets.dataset import Dataset


class TorchImages(torch.utils.data.Dataset):
    """Images and labels, for a ``torch.utils.data.DataLoader``.

    An item is (image, label): float32 (1, h, w) in [0, 1], white ink on black, and an int.
    """

    def __init__(self, dataset: Dataset, transform: Callable[[torch.Tensor], Any] | None = None) -> None:
        """Keeps the data set; nothing is copied.

        Args:
            dataset: the images.
            transform: is given the tensor of an image, and what it returns takes its place.
        """
        self.dataset = dataset
        self.classes = list(dataset.classes)
        self.targets = dataset.labels
        self.transform = transform

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: int) -> tuple[Any, int]:
        if not -len(self) <= index < len(self):
            raise IndexError(f"no image {index} of {len(self)}")
        return self.__getitems__([index])[0]

    def __getitems__(self, indices: Sequence[int]) -> list[tuple[Any, int]]:
        """The items of a batch, read from disk at once; a ``DataLoader`` calls this by itself."""
        rows = np.asarray(indices, np.int64)
        images = torch.from_numpy(np.asarray(self.dataset.images[rows])).float().div_(255).unsqueeze(1)
        labels = self.dataset.labels[rows].tolist()
        shown = images if self.transform is None else map(self.transform, images)
        return list(zip(shown, labels, strict=True))
