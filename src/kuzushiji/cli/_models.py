"""Models as a user names them: what is not ONNX yet is exported before it is opened."""

from __future__ import annotations

from pathlib import Path

SEPARATOR = "+"
"""Between the models of an ensemble, as in `kuzushiji.evaluation.ensemble`."""


def as_onnx(model: str) -> str:
    """Exports a ``.keras`` file, or a run folder that has no ``model.onnx``; needs the ``train`` extra.

    Args:
        model: a shipped name, a file, a run folder, or several of them with ``+`` between them.

    Returns:
        The same words, with the ``.onnx`` file in the place of each model that had to be exported.

    Raises:
        KuzushijiError: it cannot be exported.
    """
    if SEPARATOR in model and not Path(model).exists():
        return SEPARATOR.join(map(as_onnx, model.split(SEPARATOR)))
    path = Path(model)
    only_keras = (path / "model.keras").is_file() and not (path / "model.onnx").is_file()
    if not only_keras and not (path.suffix == ".keras" and path.is_file()):
        return model
    from kuzushiji.weights import names

    if model in names():  # a shipped name wins over a folder of that name
        return model
    from kuzushiji.training.shipping.export import to_onnx

    return str(to_onnx(path))
