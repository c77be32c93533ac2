"""The model card that the Hub shows: metadata that it checks, then what the model's own card says."""

from __future__ import annotations

import re
from typing import Any

from kuzushiji.datasets.registry import LICENCE
from kuzushiji.errors import need
from kuzushiji.weights.info import ModelInfo

_FRONT = re.compile(r"\A---\n.*?\n---\n", re.S)
_MEASURED = re.compile(
    r"^\| (?P<set>[\w./-]+) \| [\d,]+ \| \d+ \| (?P<accuracy>[\d.]+) % [^|]*\| (?P<ece>[\d.]+) \|", re.M
)
"""A line of a shipped card's table of test results."""

USE = """\
## Use

```python
import kuzushiji

reader = kuzushiji.Reader("hf://{repo}")
for reading in reader.read(["a.png", "b.jpg"]):
    print(reading.file, reading.sure, [c.char for c in reading.candidates])
```

`pip install "kuzushiji[hub]"` installs it. The file `model.onnx` runs without this package: `example.py` and
`example.mjs` read a glyph (white ink on black, {size} x {size} pixels) with ONNX Runtime in Python and
JavaScript. `config.json` has the classes, the temperature of the softmax and the threshold for "sure".

"""


def write_card(info: ModelInfo, own: str | None, repo: str, figures: tuple[str, ...] = ()) -> str:
    """The text of the repository's ``README.md``.

    Args:
        info: the model's metadata.
        own: the model's card (`docs/models`), or None where there is none.
        repo: ``owner/name`` on the Hub.
        figures: file names of pictures in the folder.

    Returns:
        Markdown with YAML front matter, as ``huggingface_hub.ModelCard`` makes it.

    Raises:
        UsageError: the ``hub`` extra is not installed.
    """
    hub = need("huggingface_hub", extra="hub")
    body = _FRONT.sub("", own) if own else _minimal(info)
    data = hub.ModelCardData(
        language="ja",
        license=LICENCE.lower().replace(" ", "-") if info.attribution else None,
        library_name="kuzushiji",
        pipeline_tag="image-classification",
        tags=["kuzushiji", "ocr", "japanese", "cursive", "onnx"],
        metrics=["accuracy"] if own and _MEASURED.search(own) else None,
        model_name=info.name,
        eval_results=_results(own or "") or None,
    )
    if data.eval_results is None:
        data.model_name = None  # is a part of the results
    title, _, rest = body.lstrip().partition("\n")
    shown = "".join(f"![{name.partition('.')[0]}]({name})\n\n" for name in figures)
    use = USE.format(repo=repo, size=info.size)
    return str(hub.ModelCard(f"---\n{data.to_yaml()}\n---\n{title}\n\n{use}{shown}{rest.lstrip()}"))


def _results(card: str) -> list[Any]:
    """The test results of a shipped card's table."""
    result = need("huggingface_hub", extra="hub").EvalResult
    return [
        result(
            task_type="image-classification",
            dataset_type=found["set"].replace("/", "-"),
            dataset_name=found["set"],
            dataset_split="test",
            metric_type=kind,
            metric_name=name,
            metric_value=value,
        )
        for found in _MEASURED.finditer(card)
        for kind, name, value in (
            ("accuracy", "accuracy", round(float(found["accuracy"]) / 100, 6)),
            ("ece", "expected calibration error, 15 bins", float(found["ece"])),
        )
    ]


def _minimal(info: ModelInfo) -> str:
    """A card for a model that has none of its own."""
    lines = [
        f"# {info.name}",
        "",
        f"Reads {len(info.classes)} classes of single kuzushiji characters from glyphs of {info.size} x "
        f"{info.size} pixels.",
        "",
        "| | |",
        "|---|---|",
        f"| architecture | {info.architecture or 'not recorded'} |",
        f"| trained on | {info.trained_on or 'not recorded'} |",
    ]
    return "\n".join([*lines, *([f"| data | {info.attribution} |"] if info.attribution else []), ""])
