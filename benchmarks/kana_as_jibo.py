"""Kana that are read as the kanji they were written with: ``python benchmarks/kana_as_jibo.py``.

A kana was written with the cursive of any of several kanji (its jibo): 夜 and 屋 are also ya. Of one such
sign alone nobody can say which is meant; the label says や, and the reader may say 夜, with や beside it.
Rows of results/kana_as_jibo.csv: accuracy on a test split by the label, the same where a kanji that is a jibo
of the label (or another form of one) counts too, and the pairs that occur most. Pictures that Kuzushiji-Kanji
holds too, as such a kanji (kuzushiji.datasets.shared_pictures), are left out: nobody can say which label is
right.

    python benchmarks/kana_as_jibo.py [--model reader] [--dataset k49-sample]
"""

from __future__ import annotations

import argparse
from collections import Counter
from datetime import date

import numpy as np
from bench import write_lines

from kuzushiji.characters import lookup
from kuzushiji.datasets import load
from kuzushiji.datasets.shared_pictures import shared_with
from kuzushiji.errors import KuzushijiError
from kuzushiji.evaluation.measures.intervals import wilson
from kuzushiji.images import resize_glyphs
from kuzushiji.weights import open_model

MOST = 8  # pairs to name


def is_jibo(kanji: str, kana: str) -> bool:
    """Whether a form of the kana is written with the kanji.

    >>> is_jibo("夜", "や"), is_jibo("春", "や"), is_jibo("か", "か")
    (True, False, False)
    """
    try:
        return kana in lookup(kanji).jibo_of
    except KuzushijiError:
        return False


def rows(read: np.ndarray, labels: np.ndarray) -> list[dict[str, str | int]]:
    """The rows of the file, for characters read and meant, each str (n,)."""
    right = read == labels
    pairs = Counter((str(a), str(b)) for a, b in zip(labels[~right], read[~right], strict=True))
    jibo = Counter({pair: n for pair, n in pairs.items() if is_jibo(pair[1], pair[0])})
    counted = {
        "read as labelled": int(right.sum()),
        "read as labelled, or as its jibo": int(right.sum()) + jibo.total(),
        **{f"{kana} read as {kanji}": n for (kana, kanji), n in jibo.most_common(MOST)},
    }
    lines = []
    for what, n in counted.items():
        of = len(labels) if what.startswith("read") else int((labels == what[0]).sum())
        share = wilson(n, of)
        ends = {"share": share.value, "share_low": share.low, "share_high": share.high}
        lines.append({"what": what, "count": n, "n": of, **{k: f"{v:.4f}" for k, v in ends.items()}})
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="reader", help="a shipped model, an .onnx file or a run")
    parser.add_argument("--dataset", default="k49-sample")
    parser.add_argument("--threads", type=int)
    asked = parser.parse_args()
    model, part = open_model(asked.model, asked.threads), load(asked.dataset, "test")
    told = [s.index for s in shared_with(part.name, part.split)]
    logits = model.logits(resize_glyphs(np.delete(np.asarray(part.images), told, 0), model.info.size))
    read = np.array(model.info.classes)[logits.argmax(1)]
    labels = np.array(part.classes)[np.delete(part.labels, told)]
    about = {"model": model.path.stem, "test_set": asked.dataset, "date": date.today().isoformat()}
    lines = [{**line, **about} for line in rows(read, labels)]
    for line in lines:
        print(line["what"], line["count"], "of", line["n"], line["share"])
    write_lines("kana_as_jibo", lines)


if __name__ == "__main__":
    main()
