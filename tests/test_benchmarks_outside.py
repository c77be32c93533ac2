"""How often a reader is sure of characters that are no class of it."""

from pathlib import Path

import matplotlib
import numpy as np

from benchmark_support import benchmark
from kuzushiji.reading import Reader
from kuzushiji.training.examples.typefaces import typeset_glyphs

outside = benchmark("outside")

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
SANS = str(FONTS / "DejaVuSans.ttf")


def test_classes_others_and_typefaces_have_a_row_each(tiny_model, monkeypatch):
    """A model that knows A and T by heart: of these it is sure and right, of the others not sure."""
    monkeypatch.setattr(outside, "others", lambda classes: (("M", "Q"), ("W",)))
    glyphs, _ = typeset_glyphs(("A", "T"), (SANS,), 64)
    model = tiny_model(templates=np.asarray(glyphs), classes=("A", "T"), size=64, sure_threshold=0.9)
    told = {(r["group"], r["typeface"]): r for r in outside.rows(Reader(model), (SANS,))}
    assert set(told) == {(g, t) for g in ("kept", "learned from", "classes") for t in ("DejaVuSans", "all")}
    assert [told[g, "all"]["n"] for g in ("kept", "learned from", "classes")] == [1, 2, 2]
    assert (told["classes", "all"]["sure"], told["classes", "all"]["accuracy"]) == ("1.0000", "1.0000")
    assert told["kept", "all"]["accuracy"] == ""
    assert float(told["kept", "all"]["sure"]) in (0.0, 1.0)


def test_shares_are_of_those_that_the_typeface_has():
    row = outside.line("classes", "x", [(True, True), (True, False), (False, True), (False, False)])
    assert (row["n"], row["sure"], row["accuracy"]) == (4, "0.5000", "0.5000")
    assert float(row["sure_low"]) < 0.5 < float(row["sure_high"])
