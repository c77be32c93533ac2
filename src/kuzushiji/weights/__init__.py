"""Shipped ONNX models, each with its card, and how a model is found and run.

``find`` turns a name or a path into an ``.onnx`` file, ``open_model`` runs it on onnxruntime. Nothing here
needs Keras or PyTorch: a ``.keras`` file is not a model here; ``kuzushiji export RUN`` writes its ONNX file.
"""

from kuzushiji.weights.info import ModelInfo
from kuzushiji.weights.model import Model, open_model, softmax
from kuzushiji.weights.store import default, find, names

__all__ = ["Model", "ModelInfo", "default", "find", "names", "open_model", "softmax"]
