"""か or が: only where the text asks for it."""

import numpy as np
import pytest
from context_support import small_model, voicing

from kuzushiji.pages.context import language_model
from kuzushiji.pages.context.voicing import voiced_form


def test_the_text_around_decides():
    model = small_model()  # the texts have が after き and before き or し, か elsewhere
    p = model.voiced("さきかしさかし")
    assert p[2] > 0.5 > 0.3 > p[5]
    assert model.voice("さきかしさかし", threshold=0.5) == list("さきがしさかし")
    assert p[1] < 0.3


def test_a_higher_threshold_and_evidence_against_write_fewer_marks():
    model = small_model()
    assert model.voice("さきかしさかし", threshold=0.95) == list("さきかしさかし")
    assert model.voice("さきかしさかし", evidence=-20.0) == list("さきかしさかし")
    one = [0.0] * 5 + [20.0, 0.0]
    assert model.voice("さきかしさかし", evidence=one) == list("さきがしさがし")


def test_only_plain_kana_are_voiced():
    model = small_model()
    assert model.voice("がぱ春。", evidence=50.0) == list("がぱ春。")
    assert model.voiced([]).shape == (0,)
    assert model.voice("カ〱ハゝ", evidence=50.0) == list("ガ〲バゞ")
    assert [voiced_form(c) for c in "なが春1"] == [None] * 4


def test_marks_between_kana_are_no_neighbours():
    model = small_model()
    assert model.voiced("さき。かし")[3] == pytest.approx(model.voiced("さきかし")[2])


def test_learning_twice_gives_the_same():
    one, two = voicing(), voicing()
    assert one.weights == two.weights
    assert all(np.array_equal(a, b) for a, b in zip(one.keys, two.keys, strict=True))


def test_the_shipped_model_voices_common_words_and_leaves_others():
    model = language_model()
    assert model.voice("行けれとも") == list("行けれども")
    assert model.voice("かの人のこゝろ") == list("かの人のこゝろ")
