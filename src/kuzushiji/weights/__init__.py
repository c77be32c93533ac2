"""Shipped ONNX models, each with its card, and how a model is found and run.

``find`` turns a name or a path into an ``.onnx`` file, ``open_model`` runs it on onnxruntime. Nothing here
needs Keras or PyTorch: a ``.keras`` file is exported first, by the training room, when the extra is there.
"""

from kuzushiji.weights.info import ModelInfo
from kuzushiji.weights.model import Model, open_model
from kuzushiji.weights.store import default, find, names

__all__ = ["Model", "ModelInfo", "default", "find", "names", "open_model"]
