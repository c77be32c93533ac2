"""Where a model's file is: the shipped ones by name, your own by path."""

from __future__ import annotations

import re
from pathlib import Path

from kuzushiji.errors import KuzushijiError, UsageError

FILES = Path(__file__).parent / "files"
"""The shipped models: ``NAME-<first 8 hex digits of the SHA-256>.onnx``, each beside its card ``NAME.md``."""

DEFAULTS = ("reader", "kmnist")
"""What "the default model" means: the first of these that is shipped."""

_SHIPPED = re.compile(r"(?P<name>[a-z0-9][a-z0-9._-]*)-(?P<digest>[0-9a-f]{8})\.onnx")


def names() -> tuple[str, ...]:
    """The names of the shipped models, sorted, after checking each file against the digest in its name.

    Raises:
        KuzushijiError: a file's content is not what its name says.
    """
    import hashlib  # OpenSSL takes a moment to load, and only this function needs it

    shipped = _shipped()
    for path in shipped.values():
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if not path.stem.endswith("-" + digest[:8]):
            raise KuzushijiError(f"{path.name} is damaged (SHA-256 begins {digest[:8]}): reinstall kuzushiji")
    return tuple(shipped)


def find(name_or_path: str | Path) -> Path:
    """The ``.onnx`` file of a model.

    Args:
        name_or_path: a shipped name (it wins over a file of that name; write ``./kmnist`` for the file), an
            ``.onnx`` file, the folder of a finished run, or an address on the Hugging Face Hub,
            ``hf://owner/name@revision`` (needs the ``hub`` extra).

    Returns:
        The path of an existing file; whether it is a usable model only `open_model` can tell.

    Raises:
        UsageError: nothing of that name is shipped, and no such file is there.
        KuzushijiError: it is there, but holds no model.
    """
    shipped = _shipped()
    if str(name_or_path) in shipped:
        return shipped[str(name_or_path)]
    if str(name_or_path).startswith("hf://"):
        from kuzushiji.weights.hub.fetching import fetch

        return fetch(str(name_or_path))
    path = Path(name_or_path)
    if path.is_dir():
        if (path / "model.onnx").is_file():
            return path / "model.onnx"
        if (path / "config.json").is_file() and not (path / "result.json").is_file():
            raise KuzushijiError(f"{path} has not ended: kuzushiji train --resume {path}")
        if (path / "model.keras").is_file():
            raise KuzushijiError(f"{path} has no model.onnx; write it: kuzushiji export {path}")
        raise KuzushijiError(f"{path}: no model.onnx in this folder; has the run ended?")
    if not path.is_file():
        known = ", ".join(shipped) or "none"
        raise UsageError(
            f"no model {str(name_or_path)!r}: shipped are {known}; "
            "or give an .onnx file, a run folder or hf://owner/name"
        )
    if path.suffix == ".keras":
        raise KuzushijiError(f"{path} is a Keras file; write it as ONNX: kuzushiji export {path.parent}")
    return path


def default() -> str:
    """The name of the model that is used when none is asked for.

    Raises:
        KuzushijiError: this installation has none of them.
    """
    shipped = _shipped()
    for name in DEFAULTS:
        if name in shipped:
            return name
    raise KuzushijiError("no default model in this installation: reinstall kuzushiji, or name one (--model)")


def _shipped() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in sorted(FILES.glob("*.onnx")):
        match = _SHIPPED.fullmatch(path.name)
        if match is None:
            continue
        if match["name"] in found:
            raise KuzushijiError(f"two files of the model {match['name']} in {FILES}: reinstall kuzushiji")
        found[match["name"]] = path
    return found
