"""Readings as data frames."""

import sys

import pytest

from kuzushiji.errors import UsageError
from kuzushiji.reading import Candidate, Reading, to_frame


def test_a_frame_has_a_row_for_each_candidate_and_one_for_an_error():
    pytest.importorskip("pandas", reason='needs the "data" extra')
    good = Reading("a.png", (Candidate.of("か", 0.9), Candidate.of("き", 0.1)), sure=True)
    frame = to_frame([good, Reading("b.png", error="not an image")])
    assert frame["file"].tolist() == ["a.png", "a.png", "b.png"]
    assert frame["rank"].tolist() == [1, 2, 0]
    assert frame["char"].tolist()[:2] == ["か", "き"]
    assert frame["char"].isna().tolist() == [False, False, True]
    assert frame["sure"].tolist() == [True, True, False]
    assert frame["error"][2] == "not an image"
    assert frame["probability"].dtype == float
    assert good.to_frame()["codepoint"].tolist() == ["U+304B", "U+304D"]
    assert to_frame([]).empty


def test_without_pandas_it_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UsageError, match=r"kuzushiji\[data\]"):
        Reading("a.png").to_frame()
