"""Latin letters to kana and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuzushiji.characters.romaji import HEPBURN, to_hiragana, to_katakana
from kuzushiji.errors import KuzushijiError


@pytest.mark.parametrize(
    ("latin", "kana"),
    [
        ("SHOU", "しょう"),
        ("kyū", "きゅう"),
        ("Tōkyō", "とうきょう"),
        ("gakkou", "がっこう"),
        ("matcha", "まっちゃ"),
        ("zasshi", "ざっし"),
        ("shinbun", "しんぶん"),
        ("kin'en", "きんえん"),
        ("kinen", "きねん"),
        ("onna", "おんな"),
        ("syatyo", "しゃちょ"),
        ("tuti", "つち"),
        ("カイ", "かい"),
        ("はる", "はる"),
        ("ja", "じゃ"),
        ("jyu", None),
        ("fyu", None),
        ("nn", "んん"),
        ("wi", "ゐ"),
    ],
)
def test_spelling(latin, kana):
    if kana is None:
        with pytest.raises(KuzushijiError):
            to_hiragana(latin)
    else:
        assert to_hiragana(latin) == kana


def test_hepburn_of_a_kana_reads_back():
    once = {latin: kana for kana, latin in reversed(HEPBURN.items())}
    for kana, latin in HEPBURN.items():
        assert to_hiragana(latin) == once[latin]
        assert kana == once[latin] or kana in "ぢづ"


@pytest.mark.parametrize("bad", ["spring", "x", "k", "春", "ka ki", "1", "tt"])
def test_what_is_not_japanese_is_refused(bad):
    with pytest.raises(KuzushijiError, match="not a Japanese reading"):
        to_hiragana(bad)


@given(st.text(alphabet=[c for c in HEPBURN if c not in "ぢづ"], min_size=1, max_size=8))
def test_words_survive_hepburn(word):
    latin = "'".join(HEPBURN[c] for c in word)
    assert to_hiragana(latin) == word
    assert to_hiragana(to_katakana(word)) == word


@given(st.lists(st.integers(0, 0x3100).map(chr), max_size=12).map("".join))
def test_never_anything_but_kana_or_one_error(text):
    try:
        kana = to_hiragana(text)
    except KuzushijiError:
        return
    assert all("ぁ" <= c <= "ゖ" or c in "ゝゞー" for c in kana)
