"""A folder that is ready for the Hub: card, model, configuration, licence, figures and examples."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from kuzushiji.datasets.registry import LICENCE
from kuzushiji.errors import KuzushijiError, UsageError
from kuzushiji.weights import store
from kuzushiji.weights.hub.card import write_card
from kuzushiji.weights.info import ModelInfo
from kuzushiji.weights.model import open_model

EXAMPLES = ("example.py", "example.mjs")
"""Programs that run the model without this package; they are copied beside it."""
FIGURES = ("curves.png",)
"""Pictures of a run's folder that a card shows."""
DEED = "https://creativecommons.org/licenses/by-sa/4.0/legalcode"


def write_folder(model: str | Path, folder: Path, repo: str | None = None) -> list[Path]:
    """Writes what a model's repository on the Hub holds; ``hf upload owner/name FOLDER`` sends it there.

    Args:
        model: a shipped name, a run folder, or an ``.onnx`` file (see `kuzushiji.weights.find`).
        folder: a new folder, or an empty one.
        repo: ``owner/name`` that the card's examples name; None for a placeholder.

    Returns:
        The files, in the order of their names.

    Raises:
        UsageError: no such model, the folder is not empty, or the ``hub`` extra is not installed.
        KuzushijiError: the model's file cannot be used, or the folder cannot be written.
    """
    source = store.find(model)
    info = open_model(source).info
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there and not empty: name a new folder")
    figures = tuple(
        name for name in FIGURES if source.name == "model.onnx" and (source.parent / name).is_file()
    )
    card = write_card(info, _own_card(source, info), repo or f"OWNER/{info.name}", figures)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / "model.onnx")
        for name in figures:
            shutil.copyfile(source.parent / name, folder / name)
        for name in EXAMPLES:
            shutil.copyfile(Path(__file__).with_name(name), folder / name)
        (folder / "config.json").write_text(_config(info), encoding="utf-8")
        (folder / "README.md").write_text(card, encoding="utf-8")
        if info.attribution:
            (folder / "LICENSE.md").write_text(_licence(info), encoding="utf-8")
    except OSError as e:
        raise KuzushijiError(f"cannot write {e.filename or folder}: {e.strerror or e}") from e
    return sorted(folder.iterdir())


def _own_card(source: Path, info: ModelInfo) -> str | None:
    """The card that lies beside a shipped model or in a run's folder."""
    for path in (source.parent / f"{info.name}.md", source.parent / "MODEL_CARD.md"):
        if path.is_file():
            return path.read_text(encoding="utf-8")
    return None


def _config(info: ModelInfo) -> str:
    """The metadata inside the file as JSON, for programs that cannot read it there."""
    tree = {"model_type": "kuzushiji", "input": "glyphs", "outputs": ["logits", "embedding"]}
    return json.dumps({**tree, **json.loads(info.to_json())}, ensure_ascii=False, indent=1) + "\n"


def _licence(info: ModelInfo) -> str:
    return (
        f"# {LICENCE}\n\n"
        f"The model {info.name} is licensed under the Creative Commons Attribution-ShareAlike 4.0 "
        f"International licence: <{DEED}>.\n\nIt was made from: {info.attribution}\n\n"
        "Whoever shares it, or what is made from it, names this source and uses the same licence.\n"
    )
